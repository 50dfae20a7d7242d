#pragma once

#include <iostream>

#include "Arduino.h"
#include "WiFiClientSecure.h"

// Says on standard output what the sketch does, and takes a message a line from standard input: the topic,
// a blank, the payload. "-" is a turn of the loop without one.
class PubSubClient {
 public:
  explicit PubSubClient(WiFiClientSecure&) {}
  void setServer(const char* host, uint16_t port) { std::printf("SERVER %s %d\n", host, port); }
  bool setBufferSize(uint16_t) { return true; }
  void setCallback(void (*callback)(char*, uint8_t*, unsigned int)) { callback_ = callback; }

  bool connect(const char* id, const char*, const char*, const char* willTopic, uint8_t, bool,
               const char* will, bool clean) {
    std::printf("CONNECT %s %s\nWILL %s %s\n", id, clean ? "clean" : "lasting", willTopic, will);
    return connected_ = true;
  }
  bool publish(const char* topic, const char* payload) {
    std::printf("PUBLISH %s %s\n", topic, payload);
    return true;
  }
  bool subscribe(const char* topic, uint8_t qos) {
    std::printf("SUBSCRIBE %s %d\n", topic, qos);
    return true;
  }
  bool loop() {
    if (!connected_) {
      return false;
    }
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line)) {
      exit(0);
    }
    size_t blank = line.find(' ');
    if (line != "-" && blank != std::string::npos) {
      std::string topic = line.substr(0, blank);
      std::string payload = line.substr(blank + 1);
      callback_(topic.data(), reinterpret_cast<uint8_t*>(payload.data()), payload.size());
    }
    return true;
  }

 private:
  void (*callback_)(char*, uint8_t*, unsigned int) = nullptr;
  bool connected_ = false;
};
