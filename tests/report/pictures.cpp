// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <transfix/core/random.hpp>
#include <transfix/report/attention_picture.hpp>
#include <transfix/report/confusion_picture.hpp>
#include <transfix/report/training_curves.hpp>

#include "../support.hpp"
#include "well_formed.hpp"

using namespace transfix;
using support::contains;
using support::message_of;
using support::problem_of;

namespace {
constexpr const char* nasty = "a <b> & \"c\" 'd' \xFF\x01 é";

Index count_of(const std::string& text, const std::string& part) {
  Index count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A number of the form 1, 2 or 5 times a power of ten.
bool is_round(double number) {
  const double factor = number / std::pow(10.0, std::floor(std::log10(number) + 1e-9));
  return std::abs(factor - 1) < 1e-6 || std::abs(factor - 2) < 1e-6 || std::abs(factor - 5) < 1e-6;
}
}  // namespace

TEST_CASE("markup: any bytes are escaped, and numbers are short") {
  CHECK(report::escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c'");
  CHECK(report::escaped("é\n\t") == "é\n\t");
  CHECK(report::escaped(std::string("\0\x01\xFF\xC2\x85", 5)) == "���\xEF\xBF\xBD");
  CHECK(report::fixed(1.5) == "1.5");
  CHECK(report::fixed(100) == "100");
  CHECK(report::fixed(-0.001) == "0");
  CHECK(report::readable(1234567.75, 1) == "1,234,567.8");
  CHECK(report::readable(-1234) == "-1,234");
  CHECK(report::readable(0.00002) == "2×10⁻⁵");
  CHECK(report::readable(1e9) == "10⁹");
  CHECK(report::readable(0) == "0");
  CHECK(report::readable(INFINITY) == "∞");
  report::Markup markup;
  markup.open("a", {{"x", nasty}, {"y", 2}});
  markup.element("b", {}, nasty);
  markup.empty("c");
  const std::string text = markup.finish();
  CHECK(problem_of(text) == "");
  CHECK(text.ends_with("</a>\n"));
}

TEST_CASE("the checker of these tests sees what is wrong") {
  CHECK(problem_of("<a><b x=\"1\"/>&amp;</a>") == "");
  for (const char* wrong : {"<a>", "<a></b>", "<a>&</a>", "<a x=1/>", "<a x=\"1\" x=\"2\"/>", "<a>></a>",
                            "<a x=\"<\"/>", "<a/><a/>", "text", "<a>\x01</a>", "<a>\xFF</a>", "<a", "<a><</a>"}) {
    CAPTURE(wrong);
    CHECK(problem_of(wrong) != "");
  }
}

TEST_CASE("axis: ticks are round, even and inside, for numbers of any size") {
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    const double size = std::pow(10.0, 16 * random.uniform() - 8);
    const double low = size * random.normal(), high = low + size * random.uniform() + 1e-12 * size;
    const bool rounded = i % 2 == 0;
    const report::Axis axis(low, high, report::Scale::linear, 6, rounded);
    const auto& ticks = axis.ticks();
    CAPTURE(low);
    CAPTURE(high);
    REQUIRE(ticks.size() >= 2);
    CHECK(ticks.size() <= 9);
    const double step = ticks[1].value - ticks[0].value;
    CHECK(is_round(step));
    const double slack = 1e-6 * step;
    for (std::size_t number = 0; number < ticks.size(); ++number) {
      CHECK(std::abs(ticks[number].value - ticks[0].value - static_cast<double>(number) * step) < slack);
      CHECK(axis.share(ticks[number].value) > -1e-6);
      CHECK(axis.share(ticks[number].value) < 1 + 1e-6);
      if (number > 0) CHECK(ticks[number].label != ticks[number - 1].label);
    }
    CHECK(axis.low() <= low + slack);
    CHECK(axis.high() >= high - slack);
    if (!rounded) CHECK(axis.high() == high);
  }
  std::vector<std::string> labels;
  const report::Axis steps(0, 2000, report::Scale::linear, 7, false);
  for (const auto& tick : steps.ticks()) labels.push_back(tick.label);
  CHECK(labels == std::vector<std::string>{"0", "500", "1,000", "1,500", "2,000"});
}

TEST_CASE("axis: powers of ten, and numbers that are all the same") {
  Random random(6);
  for (int i = 0; i < 2000; ++i) {
    const double low = std::pow(10.0, 16 * random.uniform() - 8), high = low * std::pow(10.0, 14 * random.uniform());
    const report::Axis axis(low, high, report::Scale::logarithmic, 6, true);
    CAPTURE(low);
    CAPTURE(high);
    CHECK(axis.low() <= low * (1 + 1e-6));
    CHECK(axis.high() >= high * (1 - 1e-6));
    CHECK(axis.ticks().size() >= 2);
    CHECK(axis.ticks().size() <= 9);
  }
  const report::Axis axis(1, 100, report::Scale::logarithmic, 6, true);
  CHECK(axis.share(10) == doctest::Approx(0.5));
  CHECK(report::Axis(3, 3, report::Scale::linear, 5, true).share(3) == doctest::Approx(0.5));
  CHECK(contains(message_of([] { report::Axis(0, 1, report::Scale::logarithmic, 5, true); }), "above 0"));
  CHECK(contains(message_of([] { report::Axis(0, INFINITY, report::Scale::linear, 5, true); }), "finite"));
}

TEST_CASE("curves: legend, axes and points; what is no number is left out") {
  const report::Curve line{nasty, {0, 1, 2, 3}, {1, NAN, 3, INFINITY}};
  report::Curve dots{"second", {1}, {2}};
  dots.style = report::Curve::Style::points;
  const std::string picture =
      report::curves({line, dots}, {.title = "Title", .x_label = "time (s)", .y_label = "loss (nats)"});
  CHECK(problem_of(picture) == "");
  for (const char* part : {">Title<", ">time (s)<", ">loss (nats)<", ">second<", "a &lt;b&gt;", "2 points, from 1 to 3",
                           "viewBox=\"0 0 720 400\"", "<desc>"}) {
    CHECK(contains(picture, part));
  }
  CHECK_FALSE(contains(picture, "nan"));
  CHECK_FALSE(contains(picture, "inf"));
  CHECK(count_of(picture, "<circle") == 2);  // the point, and its legend
  const std::string empty = report::curves({{"none", {}, {}}}, {.title = "t", .x_label = "x", .y_label = "y"});
  CHECK(problem_of(empty) == "");
  CHECK(contains(empty, "nothing was measured"));
  CHECK(contains(message_of([] { report::curves({{"loss", {1, 2}, {1}}}, {}); }), "'loss' has 2 places and 1 numbers"));
}

TEST_CASE("curves: a million points are thinned, and extremes stay") {
  std::vector<double> x, y;
  for (int i = 0; i < 1'000'000; ++i) {
    x.push_back(i);
    y.push_back(i == 654'321 ? 100 : i % 2);
  }
  const std::string picture = report::curves({{"long", x, y}}, {.title = "t", .x_label = "x", .y_label = "y"});
  CHECK(picture.size() < 60'000);
  const std::string highest =
      report::curves({{"p", {0, 1e6}, {0, 100}}}, {.title = "t", .x_label = "x", .y_label = "y"});
  const auto top = highest.substr(highest.rfind("<polyline"));
  const std::string at_top = top.substr(0, top.find('"', 18));
  CHECK(contains(picture, at_top.substr(at_top.rfind(',')) + " "));
}

TEST_CASE("training curves: from the lines of a log; smoothing shifts nothing") {
  std::vector<report::LogLine> lines;
  for (Index step = 1; step <= 100; ++step) {
    lines.push_back(
        {.step = step, .loss = 5.0 - 0.01 * static_cast<double>(step), .gradient_norm = 1, .learning_rate = 1e-3});
    if (step % 50 == 0) lines.push_back({.step = step, .validation_loss = 4, .metric = 0.5});
  }
  const report::Curve losses = report::curve_of(lines, &report::LogLine::loss, "loss");
  REQUIRE(losses.x.size() == 100);
  CHECK(report::curve_of(lines, &report::LogLine::metric, "m").x == std::vector<double>{50, 100});
  const report::Curve means = report::smoothed(losses, 10);
  for (std::size_t i = 0; i < 100; ++i) CHECK(means.y[i] == doctest::Approx(losses.y[i]));
  CHECK(report::smoothed({"n", {1, 2, 3, 4, 5}, {0, NAN, 3, 6, 0}}, 1).x == std::vector<double>{1, 3, 4, 5});
  CHECK(report::smoothed({"n", {1, 2, 3}, {0, 3, 0}}, 1).y == std::vector<double>{0, 1, 0});
  for (const auto& picture : {report::loss_picture(lines), report::metric_picture(lines, "accuracy"),
                              report::learning_rate_picture(lines), report::gradient_norm_picture(lines)}) {
    CHECK(problem_of(picture) == "");
    CHECK(contains(picture, ">step<"));
    CHECK_FALSE(contains(picture, "nothing was measured"));
  }
  CHECK(contains(report::loss_picture(lines), ">validation loss<"));
  CHECK(contains(report::loss_picture({}), "nothing was measured"));
}

TEST_CASE("confusion picture: counts, shares and names") {
  metrics::ConfusionMatrix matrix(3);
  for (int i = 0; i < 1200; ++i) matrix.add(0, 0);
  for (int i = 0; i < 400; ++i) matrix.add(0, 2);
  matrix.add(1, 2);
  const std::string picture = report::confusion_picture(matrix, {"first", nasty, "third"});
  CHECK(problem_of(picture) == "");
  for (const char* part : {">first<", ">third<", ">1,200<", ">75 %<", ">400<", ">25 %<", ">100 %<", ">true class<",
                           ">predicted class<", ">1,600<"}) {
    CHECK(contains(picture, part));
  }
  CHECK(contains(message_of([&] { report::confusion_picture(matrix, {"one"}); }), "1 names for 3 classes"));
  CHECK(problem_of(report::confusion_picture(metrics::ConfusionMatrix(50))) == "");
}

TEST_CASE("attention picture: the tokens that are given, for all heads or some") {
  report::AttentionMap map{3, 4, 4, std::vector<float>(48, 0.25f)};
  const std::vector<std::string> tokens = {"<s>", " the", "\n"};
  const std::string all = report::attention_picture(map, tokens, tokens);
  CHECK(problem_of(all) == "");
  for (const char* part : {">head 1<", ">head 3<", ">&lt;s&gt;<", ">·the<", ">↵<", "3 heads"})
    CHECK(contains(all, part));
  CHECK(count_of(all, "M0 1h3v1h-3z") == 3);  // each row is one run of equal cells
  CHECK_FALSE(contains(all, "M0 3"));
  const std::string one = report::attention_picture(map, {"a"}, tokens, {.title = "One", .heads = {1}});
  CHECK(contains(one, ">head 2<"));
  CHECK_FALSE(contains(one, ">head 1<"));
  CHECK(contains(message_of([&] { report::attention_picture(map, {}, tokens); }), "0 tokens were given for 4 queries"));
  CHECK(contains(message_of([&] { report::attention_picture(map, tokens, std::vector<std::string>(5)); }), "4 keys"));
  CHECK(
      contains(message_of([&] { report::attention_picture(map, tokens, tokens, {.heads = {3}}); }), "no head 3 of 3"));
}

TEST_CASE("texts are cut at characters, and never wider than they may be") {
  CHECK(report::shortened("short", 12, 100) == "short");
  const std::string cut = report::shortened("ééééééééééééééé", 12, 60);
  CHECK(cut.ends_with("…"));
  CHECK(cut.starts_with("é"));
  CHECK(report::text_width(cut, 12) <= 62);
  CHECK(problem_of("<a>" + cut + "</a>") == "");
}
