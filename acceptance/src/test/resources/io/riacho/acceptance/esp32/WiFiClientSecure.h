#pragma once

#include "Arduino.h"

struct WiFiClientSecure {
  void setCACert(const char* pem) { std::printf("CA %zu\n", std::strlen(pem)); }
  void setCertificate(const char*) {}
  void setPrivateKey(const char*) {}
};
