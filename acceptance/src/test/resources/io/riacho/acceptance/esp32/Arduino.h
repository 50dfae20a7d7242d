// For tests on a PC: as much of Arduino, WiFi and the libraries as docs/devices/esp32/esp32.ino uses, so
// that its own logic can be run. Nothing here is like the hardware, and no library's code is in it.
#pragma once

#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

using byte = uint8_t;
using std::min;

constexpr int OUTPUT = 1;
constexpr int LOW = 0;
constexpr int HIGH = 1;

// A second for each look at the clock.
inline unsigned long millis() {
  static unsigned long now = 0;
  return now += 1000;
}
inline long random(long below) { return below / 2; }
inline void pinMode(int, int) {}
inline void digitalWrite(int pin, int level) { std::printf("PIN %d %d\n", pin, level); }
inline int analogReadMilliVolts(int) { return 215; }
inline void configTime(long, int, const char*) {}

inline size_t strlcpy(char* to, const char* from, size_t size) {
  std::snprintf(to, size, "%s", from);
  return std::strlen(from);
}
