// Drives MQTT.js for a test: takes one JSON object a line from standard input, answers each with one on
// standard output ({"n"} and, where it failed, {"said"}), and tells messages and ends of connections.
const mqtt = require('mqtt');
const fs = require('fs');
const links = new Map();
const tell = object => process.stdout.write(JSON.stringify(object) + '\n');
const read = file => (file ? fs.readFileSync(file) : undefined);

const operations = {
  connect(ask, done) {
    const client = mqtt.connect(ask.url, {
      protocolVersion: ask.version,
      clientId: ask.id,
      reconnectPeriod: 0,
      connectTimeout: 30000,
      ca: read(ask.ca),
      cert: read(ask.cert),
      key: read(ask.key),
      minVersion: ask.protocol,
      maxVersion: ask.protocol,
    });
    // MQTT.js keeps what is not acknowledged for the next connection, which there is none of here.
    const waiting = new Set();
    links.set(ask.link, {client, waiting});
    let connected = false;
    const failed = said => {
      if (!connected) {
        connected = true;
        client.end(true);
        done(said);
      }
    };
    client.on('connect', () => {
      connected = true;
      done();
    });
    client.on('error', error => failed(error.message || error.code));
    let last = "event 'close'";
    client.on('disconnect', packet => { last = "event 'disconnect', reasonCode " + packet.reasonCode; });
    client.on('close', () => {
      failed("event 'close'");
      waiting.forEach(each => each("event 'close'"));
      tell({link: ask.link, end: last});
    });
    client.on('message', (topic, payload) => tell({link: ask.link, message: payload.toString()}));
  },
  publish(ask, done) {
    const {client, waiting} = links.get(ask.link);
    const once = said => waiting.delete(once) && done(said);
    waiting.add(once);
    client.publish(ask.topic, ask.payload, {qos: ask.qos}, e => once(e && e.message));
  },
  subscribe(ask, done) {
    links.get(ask.link).client.subscribe(ask.filter, {qos: 1}, (e, granted) => {
      const denied = granted && granted.find(each => each.qos >= 128);
      done(e ? e.message : denied && 'granted qos ' + denied.qos);
    });
  },
  end(ask, done) {
    const client = links.get(ask.link).client;
    client.end(!client.connected, {}, () => done());
  },
};

require('readline')
  .createInterface({input: process.stdin})
  .on('line', line => {
    const ask = JSON.parse(line);
    operations[ask.op](ask, said => tell({n: ask.n, said: said || undefined}));
  })
  .on('close', () => process.exit(0));
