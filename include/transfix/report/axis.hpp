// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/error.hpp>
#include <transfix/report/markup.hpp>
#include <transfix/report/with_commas.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

enum class Scale { linear, logarithmic };

namespace detail {
/// 2 * 10^-5 as "2×10⁻⁵", and 10^-5 as "10⁻⁵", with so many digits after the point at most.
inline std::string power_text(double number, int digits = 2) {
  static constexpr std::string_view raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(number)) + 1e-9));
  const std::string factor = fixed(number / std::pow(10.0, exponent), digits);
  std::string text = factor == "1" ? "10" : factor + "×10";
  if (exponent < 0) text += "⁻";
  for (const char digit : std::to_string(std::abs(exponent))) text += raised[digit - '0'];
  return text;
}
}  // namespace detail

/// A number for people to read: at most so many digits after the point, commas between thousands, and powers of ten
/// for what is very large or small.
inline std::string readable(double number, int digits = 4) {
  if (!std::isfinite(number)) return std::isnan(number) ? "" : number > 0 ? "∞" : "-∞";
  const double size = std::abs(number);
  if (size >= 1e7 || (size > 0 && size < 0.5 * std::pow(10.0, 1 - digits))) return detail::power_text(number);
  return detail::with_commas(fixed(number, digits));
}

/// A place of an axis that has a label.
struct Tick {
  double value;
  std::string label;
};

/// The scale of one direction of a picture, with ticks at round numbers: 1, 2 or 5 times a power of ten.
class Axis {
 public:
  /// An axis for the numbers from `low` to `high` with about so many ticks. With `rounded` it ends at round numbers.
  Axis(double low, double high, Scale scale, int wanted_ticks, bool rounded) : scale_(scale), low_(low), high_(high) {
    if (!(low <= high) || !std::isfinite(high - low)) fail("an axis needs finite numbers, the smaller one first");
    if (scale == Scale::logarithmic) {
      if (low <= 0) fail("a logarithmic axis needs numbers above 0");
      set_powers(wanted_ticks, rounded);
    } else {
      set_multiples(wanted_ticks, rounded);
    }
  }

  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<Tick>& ticks() const { return ticks_; }
  /// Where a number lies between the ends, 0 to 1.
  double share(double number) const { return (place(number) - place(low_)) / (place(high_) - place(low_)); }

 private:
  double place(double number) const { return scale_ == Scale::logarithmic ? std::log(number) : number; }

  void set_multiples(int wanted, bool rounded) {
    if (low_ == high_) {
      const double space = low_ == 0 ? 1 : 0.1 * std::abs(low_);
      low_ -= space;
      high_ += space;
    }
    const double least_step = (high_ - low_) / wanted;
    const double power = std::pow(10.0, std::floor(std::log10(least_step)));
    double step = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
      if (factor * power >= least_step * (1 - 1e-9)) step = factor * power;
    }
    // Ends that are round but for what arithmetic lost.
    double first = std::floor(low_ / step + 1e-9), last = std::ceil(high_ / step - 1e-9);
    if (rounded) {
      low_ = first * step;
      high_ = last * step;
    } else {
      first = std::ceil(low_ / step - 1e-9);
      last = std::floor(high_ / step + 1e-9);
    }
    const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const bool as_powers = digits > 6 || std::max(std::abs(low_), std::abs(high_)) >= 1e7;
    for (double number = first; number <= last; ++number) {
      const double value = number * step + 0.0;  // and never -0
      const int figures = value == 0 ? 0 : static_cast<int>(std::log10(std::abs(value) / step) + 1);
      ticks_.push_back({value, as_powers && value != 0 ? detail::power_text(value, figures)
                                                       : detail::with_commas(with_digits(value, digits))});
    }
  }

  void set_powers(int wanted, bool rounded) {
    if (low_ == high_) {
      low_ /= 2;
      high_ *= 2;
    }
    const double decades = std::log10(high_ / low_);
    const std::vector<double> factors = decades <= 1.5 ? std::vector<double>{1, 2, 5}
                                        : decades <= 3 ? std::vector{1.0, 3.0}
                                                       : std::vector{1.0};
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / wanted)));
    std::vector<double> candidates;
    const int begin = static_cast<int>(std::floor(std::log10(low_) / stride + 1e-9)) * stride;
    for (int exponent = begin; exponent <= std::log10(high_) + stride; exponent += stride) {
      for (const double factor : factors) candidates.push_back(factor * std::pow(10.0, exponent));
    }
    if (rounded) {
      const double low = low_ * (1 + 1e-9), high = high_ * (1 - 1e-9);
      for (const double candidate : candidates) low_ = candidate <= low ? candidate : low_;
      high_ = *std::find_if(candidates.begin(), candidates.end() - 1, [=](double value) { return value >= high; });
    }
    for (const double value : candidates) {
      if (value < low_ * (1 - 1e-9) || value > high_ * (1 + 1e-9)) continue;
      ticks_.push_back(
          {value, value >= 1e-3 && value < 1e6 ? detail::with_commas(fixed(value, 3)) : detail::power_text(value)});
    }
  }

  Scale scale_;
  double low_, high_;
  std::vector<Tick> ticks_;
};

}  // namespace transfix::inline TRANSFIX_ABI::report
