// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/report/curves.hpp>
#include <transfix/report/log_line.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// What was measured of one number of a run, over the steps.
inline Curve curve_of(std::span<const LogLine> lines, double LogLine::*number, std::string name) {
  Curve curve{.name = std::move(name)};
  for (const LogLine& line : lines) {
    if (std::isnan(line.*number)) continue;
    curve.x.push_back(static_cast<double>(line.step));
    curve.y.push_back(line.*number);
  }
  return curve;
}

/// A curve without most of its noise: at each point the straight line that fits it and up to `radius` points on either
/// side best, so that slopes stay as they are, also at the ends (Savitzky & Golay 1964). Numbers that are not finite
/// are left out first.
inline Curve smoothed(const Curve& curve, Index radius) {
  Curve smooth{.name = curve.name, .style = curve.style, .colour = curve.colour};
  std::vector<double> sums = {0}, moments = {0};  // of the numbers, and of the numbers times their places
  for (std::size_t i = 0; i < curve.y.size(); ++i) {
    if (!std::isfinite(curve.y[i])) continue;
    moments.push_back(moments.back() + static_cast<double>(smooth.x.size()) * curve.y[i]);
    sums.push_back(sums.back() + curve.y[i]);
    smooth.x.push_back(curve.x[i]);
  }
  for (Index i = 0; i < std::ssize(smooth.x); ++i) {
    const auto begin = static_cast<std::size_t>(std::max(i - radius, Index{0}));
    const auto end = static_cast<std::size_t>(std::min(i + radius + 1, std::ssize(smooth.x)));
    const double count = static_cast<double>(end - begin), middle = static_cast<double>(begin + end - 1) / 2;
    const double sum = sums[end] - sums[begin], moment = moments[end] - moments[begin] - middle * sum;
    const double spread = count * (count * count - 1) / 12;
    const double slope = spread > 0 ? moment / spread : 0;
    smooth.y.push_back(sum / count + slope * (static_cast<double>(i) - middle));
  }
  return smooth;
}

/// The loss of each step, the same smoothed over a fiftieth of the run, and the validation loss.
inline std::string loss_picture(std::span<const LogLine> lines, const std::string& unit = "nats") {
  Curve each = curve_of(lines, &LogLine::loss, "training loss of each step");
  Curve means = smoothed(each, std::ssize(each.y) / 100);
  means.name = "training loss, smoothed";
  each.style = Curve::Style::faint;
  each.colour = 0;
  means.colour = 0;
  Curve validation = curve_of(lines, &LogLine::validation_loss, "validation loss");
  validation.style = Curve::Style::points;
  validation.colour = 1;
  return curves({each, means, validation}, {.title = "Loss", .x_label = "step", .y_label = "loss (" + unit + ")"});
}

/// The metric of each evaluation, such as the accuracy on the validation data.
inline std::string metric_picture(std::span<const LogLine> lines, const std::string& name = "metric") {
  Curve metric = curve_of(lines, &LogLine::metric, name + " on the validation data");
  metric.style = Curve::Style::points;
  metric.colour = 2;
  return curves({metric}, {.title = "Metric", .x_label = "step", .y_label = name});
}

inline std::string learning_rate_picture(std::span<const LogLine> lines) {
  return curves({curve_of(lines, &LogLine::learning_rate, "learning rate")},
                {.title = "Learning rate", .x_label = "step", .y_label = "learning rate", .height = 280});
}

/// The norm of all gradients before clipping, on a logarithmic axis.
inline std::string gradient_norm_picture(std::span<const LogLine> lines) {
  Curve each = curve_of(lines, &LogLine::gradient_norm, "norm of the gradients, each step");
  Curve means = smoothed(each, std::ssize(each.y) / 100);
  means.name = "smoothed";
  each.style = Curve::Style::faint;
  each.colour = 3;
  means.colour = 3;
  return curves({each, means}, {.title = "Gradients",
                                .x_label = "step",
                                .y_label = "norm (before clipping)",
                                .y_scale = Scale::logarithmic,
                                .height = 280});
}

}  // namespace transfix::inline TRANSFIX_ABI::report
