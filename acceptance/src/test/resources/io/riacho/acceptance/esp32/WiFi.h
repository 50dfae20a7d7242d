#pragma once

#include "Arduino.h"

constexpr int WL_CONNECTED = 3;

struct WiFiOfATest {
  void begin(const char*, const char*) {}
  void setAutoReconnect(bool) {}
  int status() { return WL_CONNECTED; }
};
inline WiFiOfATest WiFi;
