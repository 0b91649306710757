// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/report/attention_picture.hpp>
#include <transfix/report/confusion_picture.hpp>
#include <transfix/report/html_page.hpp>
#include <transfix/report/summary.hpp>
#include <transfix/report/training_curves.hpp>
#include <transfix/train/trainer.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {
inline Facts settings_facts(const TrainingSettings& settings) {
  Facts facts;
  if (settings.epochs > 0) {
    facts.emplace_back("epochs", std::to_string(settings.epochs));
  } else {
    facts.emplace_back("steps", with_commas(std::to_string(settings.steps)));
  }
  facts.emplace_back("batch", std::to_string(settings.batch));
  facts.emplace_back("seed", std::to_string(settings.seed));
  facts.emplace_back("gradients clipped to", settings.clip_norm > 0 ? readable(settings.clip_norm) : "never");
  facts.emplace_back("dropout", readable(double{settings.dropout}, 6) + " where the model has it");
  return facts;
}

inline Facts result_facts(const TrainingProgress& progress, std::span<const LogLine> lines) {
  Facts facts{{"steps done", with_commas(std::to_string(progress.step))},
              {"targets trained on", with_commas(std::to_string(progress.tokens))}};
  if (!lines.empty()) facts.emplace_back("time", readable(lines.back().seconds, 1) + " s");
  double best = NAN;
  for (const LogLine& line : lines) best = std::fmin(best, line.validation_loss);
  if (!std::isnan(best)) facts.emplace_back("best validation loss", readable(best));
  if (!std::isnan(progress.validation_loss)) {
    facts.emplace_back("last validation loss", readable(progress.validation_loss));
  }
  if (!std::isnan(progress.metric)) facts.emplace_back("best metric", readable(progress.best_score));
  return facts;
}
}  // namespace detail

/// A run as a page that explains itself, in one file. Each part is added where there is something to say:
///   report::HtmlReport page("Shakespeare, character by character", "run.html");  // before the run
///   page.add_run(trainer, log.lines(), {{"text", "input.txt"}});
///   page.add_attention(trainer.model(), tokens, name_of);
///   page.save();
class HtmlReport : public HtmlPage {
 public:
  /// Fails now if the file could not be written after hours of work, or if it is something else than a page. Without a
  /// path save() does nothing.
  explicit HtmlReport(std::string title, std::filesystem::path path = {})
      : HtmlPage(std::move(title)), path_(std::move(path)) {
    if (path_.empty()) return;
    io::check_writable(path_);
    if (std::filesystem::exists(path_) && !is_page(io::read_bytes(path_))) {
      fail(path_.string(), ": this file is no HTML page; name another file for the report");
    }
  }

  /// Results, curves, settings and build of a run, and what its model is made of. `given` are further settings, such as
  /// the names of the data's files; `metric` is what the validation data measures.
  template <class Model, class Loss, class Optimizer, class Schedule, class Execution>
  void add_run(const TrainerOf<Model, Loss, Optimizer, Schedule, Execution>& trainer, std::span<const LogLine> lines,
               const Facts& given = {}, const std::string& metric = "metric") {
    heading("Results");
    facts(detail::result_facts(trainer.progress(), lines));
    heading("Curves");
    picture(loss_picture(lines));
    const auto measured = [](const LogLine& line) { return !std::isnan(line.metric); };
    if (std::any_of(lines.begin(), lines.end(), measured)) picture(metric_picture(lines, metric));
    picture(learning_rate_picture(lines));
    picture(gradient_norm_picture(lines));

    heading("Settings");
    Facts all = given;
    for (auto& fact : detail::settings_facts(trainer.settings())) all.push_back(std::move(fact));
    all.emplace_back("loss", detail::type_name<Loss>());
    all.emplace_back("optimizer", detail::type_name<Optimizer>());
    all.emplace_back("largest learning rate", readable(double{trainer.optimizer().learning_rate}, 6));
    all.emplace_back("schedule", detail::type_name<Schedule>());
    all.emplace_back("threads", std::to_string(Execution::threads) + ", " + std::to_string(Execution::shards) +
                                    " shards: the same bits for any number of threads with as many shards");
    facts(all);
    heading("Build");
    facts(build_facts());
    heading("Model");
    characters(summary<Trainer<Model, Loss, Optimizer, Schedule, Execution>>(trainer.model()));
  }

  /// Precision, recall and F1 of each class, their averages, and the confusion matrix.
  void add_classification(const metrics::ConfusionMatrix& matrix, std::vector<std::string> names = {},
                          const std::string& title = "Classes") {
    heading(title);
    if (names.empty()) {
      for (Index c = 0; c < matrix.classes(); ++c) names.push_back(std::to_string(c));
    }
    const std::string image = confusion_picture(matrix, names);  // which checks the names
    std::vector<Row> rows = {{"class", "precision", "recall", "F1", "examples"}};
    const auto add = [&rows](const std::string& name, const metrics::ClassScores& scores) {
      rows.push_back({name, with_digits(scores.precision, 3), with_digits(scores.recall, 3), with_digits(scores.f1, 3),
                      detail::with_commas(std::to_string(scores.support))});
    };
    for (Index c = 0; c < matrix.classes(); ++c) add(names[static_cast<std::size_t>(c)], matrix.of(c));
    add("mean of the classes", matrix.average(metrics::Average::Macro));
    add("mean of the examples", matrix.average(metrics::Average::Weighted));
    paragraph("Accuracy " + fixed(100 * matrix.accuracy()) + " % of " +
              detail::with_commas(std::to_string(matrix.total())) + ".");
    table(rows);
    picture(image);
  }

  /// A picture of all heads for each map, the first one unfolded. Only those maps are shown that have a place for each
  /// token on both axes.
  void add_attention(const std::vector<AttentionMap>& maps, const std::vector<std::string>& tokens,
                     const std::string& title = "Attention") {
    heading(title);
    for (std::size_t number = 0; number < maps.size(); ++number) {
      const std::string name = "Attention layer " + std::to_string(number + 1);
      if (std::ssize(tokens) > std::min(maps[number].queries, maps[number].keys)) continue;
      const std::string image = attention_picture(maps[number], tokens, tokens, {.title = name});
      if (number == 0) {
        picture(image);
      } else {
        folded_picture(name, image);
      }
    }
  }

  /// Where a language model looks in a text, of which at most `most` tokens are shown by name_of(token).
  template <class Model>
  requires std::is_same_v<typename Model::Input, Tokens<Model::context>>
  void add_attention(const Model& model, std::span<const Token> text, auto&& name_of, Index most = 48) {
    std::vector<Token> tokens(text.begin(), text.begin() + std::min({std::ssize(text), most, Model::context}));
    std::vector<std::string> names;
    for (const Token token : tokens) names.push_back(name_of(token));
    tokens.resize(static_cast<std::size_t>(Model::context));
    if (!names.empty()) add_attention(attention_maps(model, {tokens.data()}), names);
  }

  /// What the model makes of something: a name for each, and its text.
  void add_samples(const Facts& samples, const std::string& title = "Samples") {
    heading(title);
    for (const auto& [name, text] : samples) {
      if (!name.empty()) paragraph(name);
      writing(text);
    }
  }

  /// Writes the page, as a whole or not at all.
  void save() const {
    if (!path_.empty()) report::save(html(), path_);
  }

 private:
  static bool is_page(const std::string& bytes) { return bytes.empty() || bytes.starts_with("<!DOCTYPE html>"); }

  std::filesystem::path path_;
};

}  // namespace transfix::inline TRANSFIX_ABI::report
