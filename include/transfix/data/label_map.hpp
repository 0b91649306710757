// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/text/escape.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Names of classes and their numbers, from 0: fixed ones, or gathered in the order in which they come until the map
/// is closed.
///
///   LabelMap sentiments({"negative", "positive"});
///   LabelMap topics;  // gathers
class LabelMap {
 public:
  LabelMap() : closed_(false) {}
  explicit LabelMap(const std::vector<std::string>& names) : closed_(true) {
    if (names.empty()) fail("a label map with fixed classes needs their names; without any it gathers them");
    for (const auto& name : names) {
      if (find(name)) fail("the class ", text::shown(name), " is given twice; each has one number");
      add(name);
    }
  }

  /// From here on a name that is not among the classes is an error: for the test set of a training set, say.
  void close() { closed_ = true; }

  /// The number of a name. A new name gets the next number while the map gathers; afterwards it fails with the words
  /// that `where` writes in front, such as "train.tsv:12: ".
  Token number(const std::string& name, const std::string& where = {}) {
    if (const auto known = find(name)) return *known;
    if (!closed_) return add(name);
    std::string list;
    for (const auto& known : names_) list += (list.empty() ? "" : ", ") + text::shown(known);
    fail(where, "the label ", text::shown(name), " is not among the ", size(),
         " classes; correct it or add the class: ", list);
  }

  std::optional<Token> find(const std::string& name) const {
    const auto place = numbers_.find(name);
    if (place == numbers_.end()) return std::nullopt;
    return place->second;
  }
  const std::string& name(Token number) const {
    if (number < 0 || number >= size()) fail("there is no class ", number, " among ", size());
    return names_[static_cast<std::size_t>(number)];
  }
  const std::vector<std::string>& names() const { return names_; }
  /// How many classes there are.
  Index size() const { return std::ssize(names_); }

 private:
  Token add(const std::string& name) {
    const auto number = static_cast<Token>(size());
    numbers_.emplace(name, number);
    names_.push_back(name);
    return number;
  }

  bool closed_;
  std::vector<std::string> names_;
  std::map<std::string, Token> numbers_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
