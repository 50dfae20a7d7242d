#pragma once

#include <map>

#include "Arduino.h"

// Objects without nested ones, and strings without escapes: what commands and answers are made of.
struct DeserializationError {
  enum Code { Ok, InvalidInput };
};

class JsonDocument {
 public:
  class Member {
   public:
    Member(std::map<std::string, std::string>& all, const char* key) : all_(all), key_(key) {}
    void operator=(const char* text) { all_[key_] = std::string("\"") + text; }
    long long operator|(long long otherwise) const {
      auto found = all_.find(key_);
      return found == all_.end() ? otherwise : std::stoll(found->second);
    }
    bool operator|(bool otherwise) const {
      auto found = all_.find(key_);
      return found == all_.end() ? otherwise : found->second == "true";
    }
    const char* operator|(const char* otherwise) const {
      auto found = all_.find(key_);
      bool isText = found != all_.end() && found->second[0] == '"';
      return isText ? found->second.c_str() + 1 : otherwise;
    }

   private:
    std::map<std::string, std::string>& all_;
    std::string key_;
  };

  Member operator[](const char* key) { return Member(all_, key); }

  // Strings are kept with their first quote, to tell them from others.
  std::map<std::string, std::string> all_;
};

inline DeserializationError::Code deserializeJson(JsonDocument& into, uint8_t* from,
                                                  unsigned int length) {
  std::string text(reinterpret_cast<char*>(from), length);
  if (text.empty() || text.front() != '{' || text.back() != '}') {
    return DeserializationError::InvalidInput;
  }
  size_t at = 1;
  while ((at = text.find('"', at)) != std::string::npos) {
    size_t keyEnd = text.find('"', at + 1);
    size_t value = text.find_first_not_of(": ", keyEnd + 1);
    bool isText = text[value] == '"';
    size_t end = isText ? text.find('"', value + 1) : text.find_first_of(",}", value);
    into.all_[text.substr(at + 1, keyEnd - at - 1)] = text.substr(value, end - value);
    at = end + 1;
  }
  return DeserializationError::Ok;
}

inline size_t serializeJson(const JsonDocument& from, char* to, size_t size) {
  std::string text = "{";
  for (const auto& [key, value] : from.all_) {
    text += (text.size() > 1 ? ",\"" : "\"") + key + "\":" + value;
    text += value[0] == '"' ? "\"" : "";
  }
  return std::snprintf(to, size, "%s}", text.c_str());
}
