// A gateway on an ESP32 (Arduino core 2 or 3): sends a reading every ten seconds, obeys commands to a
// valve, and says so. Libraries: PubSubClient 2.8, ArduinoJson 7.
//
// ./riacho devices add gateway-1 --role gateway --sensors 'field-*' writes credentials/gateway-1/; its
// three PEM files go into credentials.h beside this file, each as
//   static const char ROOT_CA[] = R"(-----BEGIN CERTIFICATE-----
//   …)";                                   ROOT_CA, CERTIFICATE and PRIVATE_KEY
// docs/devices.md and docs/commands.md say what the server promises.

#include <ArduinoJson.h>
#include <PubSubClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>
#include <sys/time.h>
#include <time.h>

#include "credentials.h"

static const char WIFI_NAME[] = "field";
static const char WIFI_PASSWORD[] = "change me";
static const char SERVER[] = "riacho.local";  // in identity.server-names
static const char THING_NAME[] = "gateway-1";  // thing_name.txt; also the MQTT client id
static const char DATA_TOPIC[] = "irrigation/sensors/field-1/data";
static const char STATUS_TOPIC[] = "irrigation/gateway/status";
static const char COMMAND_TOPIC[] = "irrigation/control/field-1/command";

static const int SENSOR_PIN = 34;
static const int VALVE_PIN = 26;
static const unsigned long READING_EVERY_MS = 10000;
static const unsigned long BACKOFF_FIRST_MS = 1000;
static const unsigned long BACKOFF_LONGEST_MS = 60000;

static WiFiClientSecure tls;
static PubSubClient mqtt(tls);
static unsigned long lastReadingMs = 0;
static unsigned long nextAttemptMs = 0;
static unsigned long backoffMs = BACKOFF_FIRST_MS;
static long long lastSequence = 0;
static char answerTo[64] = "";

// A command came. The library has no room to publish in here: the answer goes out in loop().
static void onCommand(char* topic, byte* payload, unsigned int length) {
  JsonDocument command;
  if (deserializeJson(command, payload, length) != DeserializationError::Ok) {
    return;
  }
  long long sequence = command["sequence"] | 0LL;
  if (sequence >= lastSequence) {  // an older one that came late changes nothing
    lastSequence = sequence;
    digitalWrite(VALVE_PIN, (command["turn_on"] | false) ? HIGH : LOW);
  }
  strlcpy(answerTo, command["id"] | "", sizeof answerTo);
}

// Certificates have dates, so the clock comes before TLS.
static bool clockIsSet() { return time(nullptr) > 1700000000; }

static void connect() {
  if (WiFi.status() != WL_CONNECTED || !clockIsSet() || (long)(millis() - nextAttemptMs) < 0) {
    return;
  }
  // The last argument, clean session = false, keeps the session and its subscription.
  bool connected = mqtt.connect(THING_NAME, nullptr, nullptr, STATUS_TOPIC, 1, false,
                                "{\"gateway_id\":\"gateway-1\",\"status\":\"offline\"}", false);
  if (connected) {
    backoffMs = BACKOFF_FIRST_MS;
    mqtt.publish(STATUS_TOPIC, "{\"gateway_id\":\"gateway-1\",\"status\":\"online\"}");
    mqtt.subscribe(COMMAND_TOPIC, 1);
  } else {
    nextAttemptMs = millis() + backoffMs / 2 + random(backoffMs / 2 + 1);
    backoffMs = min(2 * backoffMs, BACKOFF_LONGEST_MS);
  }
}

// A reading with its own timestamp counts once, however often it is sent.
static void sendReading() {
  timeval now;
  gettimeofday(&now, nullptr);
  char payload[96];
  snprintf(payload, sizeof payload, "{\"value\":%.2f,\"timestamp\":%lld,\"unit\":\"Cel\"}",
           analogReadMilliVolts(SENSOR_PIN) / 10.0, now.tv_sec * 1000LL + now.tv_usec / 1000);
  mqtt.publish(DATA_TOPIC, payload);
}

static void answer() {
  JsonDocument status;
  status["gateway_id"] = THING_NAME;
  status["device_id"] = "field-1";
  status["command_id"] = answerTo;
  char payload[192];
  serializeJson(status, payload, sizeof payload);
  if (mqtt.publish(STATUS_TOPIC, payload)) {
    answerTo[0] = 0;
  }
}

void setup() {
  pinMode(VALVE_PIN, OUTPUT);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  WiFi.setAutoReconnect(true);
  configTime(0, 0, "pool.ntp.org");
  tls.setCACert(ROOT_CA);
  tls.setCertificate(CERTIFICATE);
  tls.setPrivateKey(PRIVATE_KEY);
  mqtt.setServer(SERVER, 8883);
  mqtt.setBufferSize(1024);  // a command has some 300 bytes
  mqtt.setCallback(onCommand);
}

void loop() {
  if (!mqtt.loop()) {
    connect();
    return;
  }
  if (answerTo[0] != 0) {
    answer();
  }
  if (millis() - lastReadingMs >= READING_EVERY_MS) {
    lastReadingMs = millis();
    sendReading();
  }
}
