// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/report/html_report.hpp>
#include <transfix/report/training_log.hpp>

#include "../support.hpp"
#include "../train/silent.hpp"
#include "well_formed.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

TEST_CASE("HTML page: headings, facts, tables and text; all of it escaped, nothing from elsewhere") {
  report::HtmlPage page("A <title>");
  page.heading("First & last");
  page.paragraph("a < b");
  page.facts({{"file", "\"x\".txt"}, {"bad", "\xFF"}});
  page.table({{"class", "F1"}, {"one", "0.5"}});
  page.characters("a  b\n  c");
  page.writing("<script>alert(1)</script>");
  const std::string html = page.html();
  CHECK(support::problem_of(html) == "");
  for (const char* part : {"<!DOCTYPE html>\n<html lang=\"en\">", "<meta charset=\"utf-8\"/>",
                           "<h1>A &lt;title&gt;</h1>", "href=\"#part1\"", "id=\"part1\">First &amp; last<",
                           "<pre>a  b\n  c</pre>", "&lt;script&gt;", "<th scope=\"row\">one</th>\n<td>0.5</td>"}) {
    CAPTURE(part);
    CHECK(contains(html, part));
  }
  CHECK(page.html() == html);  // a page can go on
  for (const char* part : {"<script", "http", "url(", "@import", "src="}) CHECK_FALSE(contains(html, part));
}

TEST_CASE("HTML report: a run with its settings, curves, model, classes, attention and samples") {
  using Model = models::Gpt<models::GptConfig{.vocabulary = 8, .context = 8, .width = 16, .heads = 2, .layers = 2}>;
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine>;
  const auto tokens = support::pattern(200, 5);
  const auto windows = data::next_token_windows<Model::context>(tokens);
  Training trainer{{.learning_rate = 3e-3f}, {.steps = 12, .batch = 4, .seed = 77, .evaluate_every = 5}};
  report::TrainingLog log;
  trainer.fit(windows, windows, log);

  report::HtmlReport page("Run", "transfix_test_report.html");
  page.add_run(trainer, log.lines(), {{"text", "in<put>.txt"}});
  metrics::ConfusionMatrix matrix(2);
  for (int i = 0; i < 1500; ++i) matrix.add(0, i % 3 == 0);
  page.add_classification(matrix, {"no", "yes"});
  const auto name_of = [](Token token) { return " t" + std::to_string(token); };
  page.add_attention(trainer.model(), std::span(tokens).first(3), name_of);
  page.add_samples({{"prompt: x", "written\ntext"}});
  const std::string html = page.html();
  CHECK(support::problem_of(html) == "");
  for (const char* part : {">Results<",
                           ">Curves<",
                           ">Settings<",
                           ">Build<",
                           ">Model<",
                           ">Attention<",
                           ">Samples<",
                           ">in&lt;put&gt;.txt<",
                           ">77<",
                           ">AdamW<",
                           ">0.003<",
                           ">WarmupCosine<",
                           ">CrossEntropy<",
                           "token_embedding.weight",
                           "memory of training",
                           ">Loss<",
                           ">validation loss<",
                           ">Gradients<",
                           "Accuracy 66.67 % of 1,500.",
                           ">0.667<",
                           ">Confusion matrix<",
                           ">Attention layer 2<",
                           ">·t2<",
                           "3 tokens, in rows",
                           "written\ntext",
                           ">compiler<",
                           ">12<"}) {
    CAPTURE(part);
    CHECK(contains(html, part));
  }
  CHECK_FALSE(contains(html, "nan"));
  page.save();
  CHECK(io::read_bytes("transfix_test_report.html") == html);
  report::HtmlReport again("Again", "transfix_test_report.html");  // a page may take the place of one
  std::filesystem::remove("transfix_test_report.html");
  report::HtmlReport("No file").save();
}

TEST_CASE("HTML report: a path that cannot be written is refused before the run, and so is a file of something else") {
  const auto message = [](const char* path) { return message_of([&] { report::HtmlReport("Run", path); }); };
  CHECK(contains(message("no/such/folder/run.html"), "check that the folder exists"));
  CHECK(contains(message("."), "this is a folder"));
  const std::string_view mine[] = {"my data\n"};
  io::write_atomically("transfix_test_data.txt", mine);
  CHECK(contains(message("transfix_test_data.txt"), "no HTML page"));
  CHECK(io::read_bytes("transfix_test_data.txt") == mine[0]);
  std::filesystem::remove("transfix_test_data.txt");
}
