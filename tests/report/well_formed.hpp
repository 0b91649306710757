// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <transfix/text/utf8.hpp>
#include <vector>

namespace support {

/// What is wrong with a document of XML, or of HTML in its XML form; nothing where it is well-formed: every tag is
/// closed in its order, attributes are quoted and given once, marks are escaped, and all characters are allowed.
inline std::string problem_of(std::string document) {
  const std::string doctype = "<!DOCTYPE html>\n";
  if (document.starts_with(doctype)) document.erase(0, doctype.size());
  const auto is_name = [](char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '-' || character == ':';
  };
  std::size_t place = 0;
  const auto at = [&](std::size_t ahead = 0) {
    return place + ahead < document.size() ? document[place + ahead] : '\0';
  };
  const auto name = [&] {
    const std::size_t begin = place;
    while (is_name(at())) ++place;
    return document.substr(begin, place - begin);
  };
  const auto entity = [&] {
    for (const std::string known : {"&amp;", "&lt;", "&gt;", "&quot;"}) {
      if (document.compare(place, known.size(), known) == 0) return place += known.size(), true;
    }
    return false;
  };
  const auto where = [&] { return " before: " + document.substr(place, 60); };
  std::vector<std::string> open;
  std::size_t roots = 0;
  while (place < document.size()) {
    if (at() == '&') {
      if (!entity()) return "an ampersand" + where();
    } else if (at() == '>') {
      return "a mark that is not escaped" + where();
    } else if (at() != '<') {
      const auto symbol = transfix::text::read_symbol(document, place);
      const bool is_space = symbol == '\n' || symbol == '\t';
      if ((symbol < 0x20 && !is_space) || symbol >= transfix::text::stray_byte) return "a wrong character" + where();
      if (open.empty() && !is_space) return "text outside of all elements" + where();
    } else if (at(1) == '/') {
      place += 2;
      if (open.empty() || name() != open.back() || at() != '>') return "an end of something else" + where();
      open.pop_back();
      ++place;
    } else {
      ++place;
      const std::string element = name();
      if (element.empty()) return "a mark that is not escaped" + where();
      if (open.empty() && ++roots > 1) return "two documents" + where();
      std::set<std::string> attributes;
      while (at() == ' ') {
        ++place;
        if (!attributes.insert(name()).second) return "an attribute given twice" + where();
        if (at() != '=' || at(1) != '"') return "an attribute without quotes" + where();
        for (place += 2; at() != '"';) {
          if (at() == '<' || at() == '\0') return "a mark in an attribute" + where();
          if (at() == '&' ? !entity() : (++place, false)) return "an ampersand in an attribute" + where();
        }
        ++place;
      }
      if (at() == '/') {
        ++place;
      } else {
        open.push_back(element);
      }
      if (at() != '>') return "a tag without an end" + where();
      ++place;
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace support
