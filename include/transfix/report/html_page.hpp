// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/report/build.hpp>
#include <transfix/report/svg.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// A page of HTML in one file: nothing is loaded from elsewhere and nothing runs. What is added goes below the last
/// heading; all text is escaped.
class HtmlPage {
 public:
  using Row = std::vector<std::string>;

  explicit HtmlPage(std::string title) : title_(std::move(title)) {}

  /// A heading, also listed in the contents of the page.
  void heading(const std::string& text) {
    headings_.push_back(text);
    body_.element("h2", {{"id", name_of(headings_.size())}}, text);
  }
  void paragraph(std::string_view text) { body_.element("p", {}, text); }
  /// Names and what they are, a row for each; what is empty is left out.
  void facts(const Facts& facts) {
    body_.open("table", {{"class", "facts"}});
    for (const auto& [name, value] : facts) {
      if (value.empty()) continue;
      body_.open("tr");
      body_.element("th", {{"scope", "row"}}, name);
      body_.element("td", {}, value);
      body_.close();
    }
    body_.close();
  }
  /// A table with names in its first row and its first column, and numbers elsewhere.
  void table(const std::vector<Row>& rows) {
    body_.open("table", {{"class", "numbers"}});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      body_.open("tr");
      for (std::size_t column = 0; column < rows[row].size(); ++column) {
        const std::string& cell = rows[row][column];
        if (row == 0 || column == 0) {
          body_.element("th", {{"scope", row == 0 ? "col" : "row"}}, cell);
        } else {
          body_.element("td", {}, cell);
        }
      }
      body_.close();
    }
    body_.close();
  }
  /// A picture that curves() and its like have drawn.
  void picture(std::string_view svg) {
    body_.open("figure");
    body_.insert(svg);
    body_.close();
  }
  /// The same, folded away under its name until the reader asks for it.
  void folded_picture(std::string_view name, std::string_view svg) {
    body_.open("details");
    body_.element("summary", {}, name);
    picture(svg);
    body_.close();
  }
  /// Text with its own lines and spaces: tables of characters with letters of one width, or what a model wrote.
  void characters(std::string_view text) { body_.element("pre", {}, text); }
  void writing(std::string_view text) { body_.element("pre", {{"class", "writing"}}, text); }

  std::string html() const {
    Markup page;
    page.open("html", {{"lang", "en"}});
    page.open("head");
    page.empty("meta", {{"charset", "utf-8"}});
    page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    page.element("title", {}, title_);
    page.element("style", {}, style);
    page.close();
    page.open("body");
    page.element("h1", {}, title_);
    page.open("nav");
    for (std::size_t number = 1; number <= headings_.size(); ++number) {
      page.element("a", {{"href", "#" + name_of(number)}}, headings_[number - 1]);
    }
    page.close();
    page.insert(Markup(body_).finish());
    return "<!DOCTYPE html>\n" + page.finish();
  }

 private:
  // Without marks that would have to be escaped.
  static constexpr std::string_view style = R"(
:root { color-scheme: light; }
body { margin: 2.5rem auto 5rem; padding: 0 1.25rem; max-width: 60rem; background: #ffffff; color: #222222;
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { margin: 0 0 0.5rem; font-size: 2rem; line-height: 1.2; color: #111111; }
h2 { margin: 3rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid #dddddd; font-size: 1.35rem; color: #111111; }
nav { margin: 0.5rem 0; }
nav a { margin-right: 1.1rem; white-space: nowrap; }
a { color: #0b5394; }
table { border-collapse: collapse; margin: 0.75rem 0; }
th, td { padding: 0.28rem 0.9rem 0.28rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #eeeeee; }
.facts th { font-weight: normal; color: #666666; white-space: nowrap; }
.facts td { overflow-wrap: anywhere; }
.numbers td, .numbers th[scope=col] { text-align: right; padding-left: 1.2rem; font-variant-numeric: tabular-nums; }
.numbers th { font-weight: 600; }
.numbers th:first-child { text-align: left; padding-left: 0; }
.numbers th[scope=row] { font-weight: normal; }
figure { margin: 1.25rem 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; }
details { margin: 0.75rem 0; }
summary { cursor: pointer; }
pre { margin: 0.75rem 0; padding: 0.9rem 1.1rem; background: #f7f7f7; border-radius: 6px; overflow-x: auto;
  font: 0.82rem/1.5 ui-monospace, monospace; }
.writing { white-space: pre-wrap; overflow-wrap: anywhere; font: 1rem/1.55 serif; border-left: 3px solid #c9d8e8; }
@media print { nav { display: none; } figure, pre, tr { break-inside: avoid; } }
)";

  static std::string name_of(std::size_t number) { return "part" + std::to_string(number); }

  std::string title_;
  std::vector<std::string> headings_;
  Markup body_;
};

}  // namespace transfix::inline TRANSFIX_ABI::report
