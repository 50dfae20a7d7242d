// The sketch on a PC.
#include "Arduino.h"
#include "esp32.ino"

int main() {
  setup();
  while (true) {
    loop();
  }
}
