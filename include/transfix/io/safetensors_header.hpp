// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <transfix/io/json.hpp>
#include <transfix/io/safetensors_format.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {

/// Reads the JSON of a safetensors header and notes the first thing that may not be there:
///   {"__metadata__": {name: text, ...}, name: {"dtype": text, "shape": [n, ...], "data_offsets": [n, n]}, ...}
class SafetensorsHeader {
 public:
  struct Entry {
    std::optional<std::string> dtype;
    std::optional<std::vector<std::uint64_t>> shape, offsets;
  };
  std::map<std::string, Entry> entries;
  Metadata metadata;
  std::string problem;  // empty: none

  explicit SafetensorsHeader(std::string_view text) {
    JsonFault fault;
    follow_json(text, fault, [this](int, JsonEvent event, const nlohmann::json& piece) {
      switch (event) {
        case JsonEvent::object_start:
          return start_object();
        case JsonEvent::object_end:
          return end_object();
        case JsonEvent::list_start:
          return start_list();
        case JsonEvent::list_end:
          return end_list();
        case JsonEvent::key:
          return key(piece.get_ref<const std::string&>());
        default:
          return value(piece);
      }
    });
    if (fault > 0) {
      problem = "the header is not valid JSON in UTF-8 (at its byte " + std::to_string(fault) + ")";
    }
  }

 private:
  enum class Place { outside, header, entry, metadata };

  bool start_object() {
    if (place_ == Place::outside) return go(Place::header);
    if (place_ == Place::header) return go(entry_ == nullptr ? Place::metadata : Place::entry);
    return refuse("holds an object too many");
  }
  bool end_object() {
    if (place_ == Place::header) return go(Place::outside);
    if (place_ == Place::entry && !(entry_->dtype && entry_->shape && entry_->offsets)) {
      return refuse("lacks dtype, shape or data_offsets");
    }
    if (place_ == Place::entry && entry_->offsets->size() != 2) return refuse("does not have two data_offsets");
    return go(Place::header);
  }
  bool key(const std::string& key) {
    if (place_ == Place::metadata) {
      const auto [place, added] = metadata.try_emplace(key);
      text_ = &place->second;
      return added || refuse("has the key " + shown(key) + " twice");
    }
    if (place_ == Place::entry) return field(key);
    name_ = key;
    if (key == "__metadata__") {
      entry_ = nullptr;
      return !std::exchange(has_metadata_, true) || refuse("occurs twice");
    }
    const auto [place, added] = entries.try_emplace(key);
    entry_ = &place->second;
    return added || refuse("occurs twice");
  }
  bool start_list() {
    if (numbers_ == nullptr || in_list_) return refuse("holds a list where none belongs");
    return in_list_ = true;
  }
  bool end_list() {
    numbers_ = nullptr;
    in_list_ = false;
    return true;
  }
  bool value(const nlohmann::json& value) {
    if (value.is_string()) {
      if (text_ == nullptr) return refuse("holds a text where none belongs");
      *std::exchange(text_, nullptr) = value.get_ref<const std::string&>();
      return true;
    }
    if (value.is_number_unsigned()) {
      if (!in_list_) return refuse("holds a number where none belongs");
      numbers_->push_back(value.get<std::uint64_t>());
      return true;
    }
    if (value.is_number_float()) return refuse("holds a number that is no whole one below 2^64");
    return refuse(value.is_number() ? "holds a negative number" : "holds " + written_json(value));
  }

  bool go(Place place) {
    place_ = place;
    return true;
  }
  bool field(const std::string& key) {
    if (key == "dtype") {
      if (entry_->dtype) return refuse("has two dtypes");
      text_ = &entry_->dtype.emplace();
    } else if (key == "shape" || key == "data_offsets") {
      auto& numbers = key == "shape" ? entry_->shape : entry_->offsets;
      if (numbers) return refuse("has the key " + shown(key) + " twice");
      numbers_ = &numbers.emplace();
    } else {
      return refuse("has the unknown key " + shown(key));
    }
    return true;
  }
  bool refuse(const std::string& what) {
    problem = place_ == Place::outside ? "the header is not a JSON object"
                                       : "the header's entry " + shown(name_) + " " + what;
    return false;
  }

  Place place_ = Place::outside;
  std::string name_;
  Entry* entry_ = nullptr;
  std::string* text_ = nullptr;
  std::vector<std::uint64_t>* numbers_ = nullptr;
  bool in_list_ = false;
  bool has_metadata_ = false;
};
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
