// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Weights by which all classes have the same say, however many examples they have (King and Zeng 2001):
/// n / (classes * count of the class), so that the mean weight of an example is 1. A label of -1 is left out.
/// Fails on a label that is no class and on a class without examples, which has no such weight.
inline std::vector<float> balanced_class_weights(std::span<const Token> labels, Index classes) {
  if (classes < 1) fail("class weights: there cannot be ", classes, " classes");
  std::vector<Index> counts(static_cast<std::size_t>(classes));
  Index counted = 0;
  for (const Token& label : labels) {
    if (label == -1) continue;
    if (label < 0 || label >= classes) {
      fail("class weights: label ", &label - labels.data(), " is ", label, ", but the classes are 0 to ", classes - 1);
    }
    ++counts[static_cast<std::size_t>(label)];
    ++counted;
  }
  std::vector<float> weights;
  for (const Index& count : counts) {
    if (count == 0) {
      fail("class weights: class ", &count - counts.data(), " has no example; leave it out or give it examples");
    }
    weights.push_back(static_cast<float>(static_cast<double>(counted) / static_cast<double>(classes * count)));
  }
  return weights;
}

}  // namespace transfix::inline TRANSFIX_ABI::data
