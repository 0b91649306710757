// SPDX-License-Identifier: MIT
// Gestures of a hand that holds an accelerometer, and the model that tells them apart.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <transfix/core/random.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/models/classifier.hpp>

namespace gestures {

using transfix::Index;
using transfix::Random;
using transfix::Token;

inline constexpr const char* names[] = {"circle to the left", "circle to the right", "shake", "double tap"};
inline constexpr Index kinds = 4, readings = 32, axes = 3;

inline constexpr transfix::models::ClassifierConfig config{
    .classes = kinds, .context = 8, .width = 32, .heads = 2, .hidden = 64, .layers = 1, .features = 12};
static_assert(config.context * config.features == readings * axes);  // a frame is four readings

/// A Transformer that reads 8 frames; `Stored` is transfix::Quantized<8> for whole numbers of 8 bits.
template <class Stored = float>
using ModelOf = transfix::models::FrameClassifier<config, Stored>;
using Model = ModelOf<>;

/// One second of readings, 32 of three axes, in units of gravity. The sensor is held with a random tilt of up to 0.3 in
/// each direction, and each number has normal noise of deviation 0.15. On top of that
///   circle       turns in the plane of x and y with 0.5 to 1, once or twice, from a random angle, to the left or right
///   shake        goes to and fro along a random line of that plane with 0.5 to 1, 3 to 6 times
///   double tap   hits z twice with 1 to 2, 0.2 to 0.4 seconds apart; a hit falls to half with each reading
/// No single reading tells the direction of a circle: the order does.
inline void make(Index kind, Random& random, float* numbers) {
  const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
  const double tilt[axes] = {between(-0.3, 0.3), between(-0.3, 0.3), 1};
  const double strength = between(0.5, 1), angle = between(0, 2 * std::numbers::pi);
  const double turns = kind == 2 ? between(3, 6) : between(1, 2), phase = between(0, 2 * std::numbers::pi);
  const Index first_hit = random.below(16), second_hit = first_hit + 6 + random.below(8);
  for (Index reading = 0; reading < readings; ++reading, numbers += axes) {
    const double turned = phase + 2 * std::numbers::pi * turns * static_cast<double>(reading) / double{readings};
    double motion[axes] = {};
    if (kind < 2) {
      motion[0] = strength * std::cos(turned);
      motion[1] = strength * std::sin(turned) * (kind == 0 ? 1 : -1);
    } else if (kind == 2) {
      motion[0] = strength * std::sin(turned) * std::cos(angle);
      motion[1] = strength * std::sin(turned) * std::sin(angle);
    } else {
      for (const Index hit : {first_hit, second_hit}) {
        if (reading >= hit) motion[2] += std::ldexp(2 * strength, static_cast<int>(hit - reading));
      }
    }
    for (Index axis = 0; axis < axes; ++axis) {
      numbers[axis] = static_cast<float>(tilt[axis] + motion[axis] + 0.15 * random.normal());
    }
  }
}

/// A data set that makes each gesture when it is asked for, from its number alone: it takes the memory of one gesture,
/// and an example lasts until the next one.
class Gestures {
 public:
  struct Example {
    Model::Input input;
    Model::Target target;
  };
  constexpr Gestures(Index count, std::uint64_t seed) : count_(count), seed_(seed) {}

  Index size() const { return count_; }
  Example example(Index number) const {
    Random random(seed_, static_cast<std::uint64_t>(number));
    kind_ = static_cast<Token>(random.below(kinds));
    make(kind_, random, numbers_);
    return {{numbers_}, {&kind_}};
  }

 private:
  Index count_;
  std::uint64_t seed_;
  mutable float numbers_[readings * axes] = {};
  mutable Token kind_ = 0;
};

/// A number that tells whether all bits of a model are as they should be (FNV-1a; Fowler, Noll and Vo). Zero bytes do
/// not count, because a model's padding is of zeros and differs from machine to machine.
template <class SomeModel>
std::uint32_t check_sum(const SomeModel& model) {
  std::uint32_t sum = 0x811C9DC5u;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(&model);
  for (std::size_t i = 0; i < sizeof model; ++i) {
    if (bytes[i] != 0) sum = (sum ^ bytes[i]) * 0x01000193u;
  }
  return sum;
}

/// The place of the largest of a model's logits.
inline Token likeliest(const float* logits) {
  return static_cast<Token>(std::max_element(logits, logits + kinds) - logits);
}

/// How many of the gestures a model names rightly.
template <class SomeModel>
Index count_right(transfix::Inference<SomeModel>& inference, const Gestures& data) {
  Index right = 0;
  for (Index number = 0; number < data.size(); ++number) {
    const auto example = data.example(number);
    right += likeliest(inference(example.input)) == example.target[0];
  }
  return right;
}

}  // namespace gestures
