// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <transfix/io/safetensors_format.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {

/// Reads the JSON of a safetensors header and stops at the first thing that may not be there:
///   {"__metadata__": {name: text, ...}, name: {"dtype": text, "shape": [n, ...], "data_offsets": [n, n]}, ...}
class SafetensorsHeader : public nlohmann::json_sax<nlohmann::json> {
 public:
  struct Entry {
    std::optional<std::string> dtype;
    std::optional<std::vector<std::uint64_t>> shape, offsets;
  };
  std::map<std::string, Entry> entries;
  Metadata metadata;
  std::string problem;  // empty: none

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return go(Place::header);
    if (place_ == Place::header) return go(entry_ == nullptr ? Place::metadata : Place::entry);
    return refuse("holds an object too many");
  }
  bool end_object() override {
    if (place_ == Place::header) return go(Place::outside);
    if (place_ == Place::entry && !(entry_->dtype && entry_->shape && entry_->offsets)) {
      return refuse("lacks dtype, shape or data_offsets");
    }
    if (place_ == Place::entry && entry_->offsets->size() != 2) return refuse("does not have two data_offsets");
    return go(Place::header);
  }
  bool key(std::string& key) override {
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
  bool string(std::string& value) override {
    if (text_ == nullptr) return refuse("holds a text where none belongs");
    *std::exchange(text_, nullptr) = std::move(value);
    return true;
  }
  bool start_array(std::size_t) override {
    if (numbers_ == nullptr || in_array_) return refuse("holds a list where none belongs");
    return in_array_ = true;
  }
  bool end_array() override {
    numbers_ = nullptr;
    in_array_ = false;
    return true;
  }
  bool number_unsigned(std::uint64_t number) override {
    if (!in_array_) return refuse("holds a number where none belongs");
    numbers_->push_back(number);
    return true;
  }
  bool number_integer(std::int64_t) override { return refuse("holds a negative number"); }
  bool number_float(double, const std::string& text) override { return refuse("holds " + shown(text)); }
  bool boolean(bool) override { return refuse("holds true or false"); }
  bool null() override { return refuse("holds null"); }
  bool binary(nlohmann::json::binary_t&) override { return refuse("holds binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    problem = "the header is not valid JSON in UTF-8 (at its byte " + std::to_string(position) + ")";
    return false;
  }

 private:
  enum class Place { outside, header, entry, metadata };

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
  bool in_array_ = false;
  bool has_metadata_ = false;
};
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
