// SPDX-License-Identifier: MIT
// Learns from labelled sentences to tell the classes of others. Reads the lines of TREC, lines of a label and a
// sentence as in SST-2, and tables with named columns; saves the model with its words and classes in one file.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <transfix/data/augment/delete_words.hpp>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augment/hide_words.hpp>
#include <transfix/data/augment/swap_words.hpp>
#include <transfix/data/augment/synonyms.hpp>
#include <transfix/data/augmented_words.hpp>
#include <transfix/data/class_weights.hpp>
#include <transfix/data/sentences.hpp>
#include <transfix/generate/with_accuracy.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/metrics/classification_report.hpp>
#include <transfix/models/sentence_classifier.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/report/html_report.hpp>
#include <transfix/report/training_log.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

using Model = models::SentenceClassifier<models::SentenceConfig{}>;
using Language = data::SentenceLanguage;
using Sentences = data::Sentences<Model::Input>;
using Optimizer = optim::Averaged<optim::AdamW>;
using Training = Trainer<Model, loss::CrossEntropy, Optimizer, schedule::WarmupCosine, Threads<2, 2>>;

struct Options {
  std::string train, validation, test, classify, model = "classifier.safetensors";
  std::string checkpoint, log, report;
  std::string format = "lines", text_column = "sentence", label_column = "label";
  bool latin1 = false, cuts = false, balanced = false;
  std::string synonyms;
  double deleted = 0, swapped = 0, dropped = 0.2, hidden = 0.2, replaced = 0.1;
  float label_smoothing = 0.05f;
  Index patience = 5;
  optim::AdamW optimizer{.learning_rate = 5e-3f, .weight_decay = 0.1f};
  float averaging = 0.995f;
  TrainingSettings training{.epochs = 5, .batch = 16, .dropout = 0.4f};
};

std::vector<data::LabelledText> read(const std::string& path, data::LabelMap& labels, const Options& options) {
  const auto encoding = options.latin1 ? data::Encoding::latin1 : data::Encoding::utf8;
  const auto examples = [&] {
    if (options.format == "trec") return data::read_labelled_lines(path, labels, data::trec);
    if (options.format == "lines") return data::read_labelled_lines(path, labels, {.encoding = encoding});
    auto format = options.format == "csv" ? data::csv : data::tsv;
    format.encoding = encoding;
    return data::labelled_texts(data::read_table(path, format), options.text_column, options.label_column, labels);
  }();
  if (examples.empty()) fail(path, ": the file is empty; it should have labelled sentences");
  return examples;
}

metrics::ConfusionMatrix confusion_of(const Model& model, const Language& language, const Sentences& sentences) {
  metrics::ConfusionMatrix confusion(language.labels.size());
  for_each_prediction(
      model, sentences, [&](Token truth, Token prediction) { confusion.add(truth, prediction); },
      language.labels.size());
  return confusion;
}

void test(const Model& model, const Language& language, const Sentences& sentences) {
  const auto confusion = confusion_of(model, language, sentences);
  std::printf("%s\ntest accuracy %.2f %%\n", metrics::classification_report(confusion, language.labels.names()).c_str(),
              100 * confusion.accuracy());
}

void classify(const Model& model, const Language& language, const Model::Input& sentence) {
  const auto inference = std::make_unique<Inference<Model>>(model);
  const float* logits = (*inference)(sentence);
  const auto best = std::max_element(logits, logits + language.labels.size()) - logits;
  std::cout << language.labels.name(static_cast<Token>(best)) << '\n';
}

/// A sentence as the model takes it; errors begin with `where`.
Model::Input input_of(std::string_view sentence, const Language& language, const Options& options,
                      const std::string& where) {
  return data::sentence_input<Model::Input>(language.words(sentence, Model::context, options.cuts, where),
                                            language.padding());
}

/// Labelled sentences to judge a model by, as they are written and as it takes them.
struct Judged {
  std::vector<data::LabelledText> texts;
  Sentences sentences;

  Judged(std::vector<data::LabelledText> given, const Language& language, const Options& options,
         const std::string& path)
      : texts(std::move(given)), sentences(texts, language, options.cuts, path) {}
};

/// What a model is to be used for, read and checked before it is trained.
struct Uses {
  std::optional<Judged> test;
  std::optional<Model::Input> classify;

  Uses(const Language& language, const Options& options) {
    auto labels = language.labels;
    if (!options.test.empty()) test.emplace(read(options.test, labels, options), language, options, options.test);
    if (!options.classify.empty()) classify = input_of(options.classify, language, options, "--classify: ");
  }
  void of(const Model& model, const Language& language) const {
    if (test) ::test(model, language, test->sentences);
    if (classify) ::classify(model, language, *classify);
  }
};

/// The synonyms of the user's file, as the model sees words.
data::Synonyms<data::WordTokens> synonyms_of(const Language& language, const Options& options) {
  if (options.synonyms.empty()) return {};
  return data::encoded(data::read_synonyms(options.synonyms), [&](const std::string& word) {
    const auto tokens = language.word(word);
    return tokens.front() == language.unknown() ? std::nullopt : std::optional(tokens);
  });
}

/// Adds the sentences that the model takes for those of another class, those first of which it is most certain.
void show_mistakes(report::HtmlReport& page, const Model& model, const Language& language, const Judged& judged) {
  constexpr std::size_t shown = 12;
  using Mistake = std::pair<double, report::HtmlPage::Row>;
  std::vector<Mistake> mistakes;
  const auto inference = std::make_unique<Inference<Model>>(model);
  for (Index number = 0; number < judged.sentences.size(); ++number) {
    const auto& [label, text, line] = judged.texts[static_cast<std::size_t>(number)];
    const std::span<const float> logits((*inference)(judged.sentences.example(number).input),
                                        static_cast<std::size_t>(language.labels.size()));
    const auto best = std::max_element(logits.begin(), logits.end());
    const auto prediction = static_cast<Token>(best - logits.begin());
    if (prediction == label) continue;
    double sum = 0;
    for (const float logit : logits) sum += std::exp(double{logit} - double{*best});
    mistakes.push_back(
        {1 / sum,
         {text, language.labels.name(label), language.labels.name(prediction), report::fixed(100 / sum, 1) + " %"}});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.first > b.first; });
  page.heading("Mistakes");
  page.paragraph(std::to_string(mistakes.size()) + " of " + std::to_string(judged.sentences.size()) +
                 " sentences; those first of which the model is most certain.");
  std::vector<report::HtmlPage::Row> rows = {{"sentence", "class", "predicted", "certain"}};
  for (std::size_t i = 0; i < std::min(shown, mistakes.size()); ++i) rows.push_back(mistakes[i].second);
  page.table(rows);
}

/// What a run was told that its trainer does not know.
report::Facts facts_of(const Options& options) {
  const auto share = [](double number) { return report::fixed(100 * number) + " %"; };
  const bool replaces = !options.synonyms.empty();
  return {{"training data", options.train},
          {"validation data", options.validation.empty() ? "a tenth of the training data" : options.validation},
          {"test data", options.test},
          {"words changed in training", share(options.deleted) + " left out, " + share(options.swapped) + " swapped, " +
                                            share(options.dropped) + " unknown, " + share(options.hidden) + " hidden" +
                                            (replaces ? ", " + share(options.replaced) + " replaced" : "")},
          {"classes", options.balanced ? "weighted: rare ones count as much as frequent ones" : ""},
          {"label smoothing", report::readable(double{options.label_smoothing}, 6)},
          {"weight decay", report::readable(double{options.optimizer.weight_decay}, 6)},
          {"moving average keeps", report::readable(double{options.averaging}, 6)}};
}

/// Adds where the model looks in a sentence.
void show_attention(report::HtmlReport& page, const Model& model, const Language& language, const std::string& sentence,
                    const Options& options) {
  const auto words = text::split_words(sentence, text::WordRule::white_space);
  const auto input = input_of(sentence, language, options, "--report: ");
  page.add_attention(report::attention_maps(model, input), {words.begin(), words.begin() + input.length},
                     "Attention in a sentence");
}

void train(Options options) {
  io::check_writable(options.model, {options.train, options.validation, options.test, options.synonyms});
  report::TrainingLog log(options.log);
  report::HtmlReport page("Classes of sentences: " + options.train, options.report);
  data::LabelMap labels;
  auto examples = read(options.train, labels, options);
  labels.close();
  if (labels.size() > Model::classes) {
    fail(options.train, ": there are ", labels.size(), " classes and the model was built for ", Model::classes,
         "; change .classes in classify_text.cpp");
  }
  std::vector<data::LabelledText> held_out;
  if (options.validation.empty()) {
    auto parts = data::stratified_split(examples, {0.9, 0.1}, options.training.seed);
    held_out = std::move(parts[1]);
    examples = std::move(parts[0]);
  } else {
    held_out = read(options.validation, labels, options);
  }
  const auto language = Language::learn(examples, labels, Model::vocabulary);
  const Uses uses(language, options);
  const Sentences training(examples, language, options.cuts, options.train);
  const Judged judged(std::move(held_out), language, options,
                      options.validation.empty() ? options.train : options.validation);
  const WithAccuracy validation(judged.sentences, labels.size());
  std::cerr << training.size() << " sentences to train on, " << validation.size() << " to choose by, "
            << language.parts.size() << " parts of words, " << labels.size() << " classes\n";
  const auto synonyms = synonyms_of(language, options);
  data::WordTokens unknown;
  unknown.fill(language.unknown());
  const data::AugmentedWords augmented(training, data::DeleteWords{options.deleted}, data::SwapWords{options.swapped},
                                       data::ReplaceWords{synonyms, options.synonyms.empty() ? 0 : options.replaced},
                                       data::DropWords<data::WordTokens>{options.dropped, unknown},
                                       data::HideWords{options.hidden, language.unknown()});

  auto weights = options.balanced ? data::balanced_class_weights(data::labels_of(examples), labels.size())
                                  : std::vector<float>(static_cast<std::size_t>(labels.size()), 1.0f);
  weights.resize(Model::classes, 0);  // classes that the model has and the data has not
  options.training.evaluate_every = (training.size() + options.training.batch - 1) / options.training.batch;
  Training trainer{Optimizer{options.optimizer, options.averaging},
                   options.training,
                   {},
                   {.label_smoothing = options.label_smoothing, .class_weights = weights}};
  trainer.fit(augmented, validation, ProgressLine(), Patience{options.patience}, Checkpoint{options.checkpoint},
              KeepBest{options.model, language.metadata()}, log, StopOnInterrupt());
  std::printf("validation accuracy %.2f %%\nsaved %s\n", 100 * trainer.progress().best_score, options.model.c_str());
  uses.of(trainer.result(), language);
  if (options.report.empty()) return;
  const Judged& shown = uses.test ? *uses.test : judged;
  page.add_run(trainer, log.lines(), facts_of(options), "accuracy");
  page.add_classification(confusion_of(trainer.result(), language, shown.sentences), language.labels.names(),
                          uses.test ? "Classes of the test data" : "Classes of the validation data");
  show_mistakes(page, trainer.result(), language, shown);
  show_attention(page, trainer.result(), language, shown.texts.front().text, options);
  page.save();
}

void load(const Options& options) {
  const auto model = std::make_unique<Model>();
  const auto metadata = io::load(*model, options.model);
  const auto language = Language::from(metadata, options.model);
  Uses(language, options).of(*model, language);
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Learns from labelled sentences to tell the classes of others."};
  app.add_option("--train", options.train, "labelled sentences to train on; without it a saved model is used");
  app.add_option("--validation", options.validation, "to choose the best model by; otherwise a tenth of the training");
  app.add_option("--test", options.test, "labelled sentences to judge the model by");
  app.add_option("--classify", options.classify, "a sentence to tell the class of");
  app.add_option("--model", options.model, "file of the trained model")->capture_default_str();
  app.add_option("--checkpoint", options.checkpoint, "file to go on from after an interruption");
  app.add_option("--log", options.log, "file of losses, .csv, .jsonl or .tfevents, written as the training goes");
  app.add_option("--report", options.report, "HTML page of the run: curves, settings, classes, attention");
  app.add_option("--format", options.format, "trec, lines (a label, a space and a sentence), tsv or csv")
      ->capture_default_str()
      ->check(CLI::IsMember({"trec", "lines", "tsv", "csv"}));
  app.add_option("--text-column", options.text_column, "name in a table's first row")->capture_default_str();
  app.add_option("--label-column", options.label_column, "name in a table's first row")->capture_default_str();
  app.add_flag("--latin1", options.latin1, "files are in ISO-8859-1 and not in UTF-8; those of TREC always are");
  app.add_flag("--cut", options.cuts, "leave out what is too much in sentences that are too long");
  app.add_flag("--balanced", options.balanced, "rare classes count as much as frequent ones");
  app.add_option("--epochs", options.training.epochs, "how often to go through the training sentences")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience, "epochs without progress before the end")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch", options.training.batch, "sentences a step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--learning-rate", options.optimizer.learning_rate)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--weight-decay", options.optimizer.weight_decay)
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--averaging", options.averaging, "share of the model's moving average that a step leaves")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.99999));
  app.add_option("--dropout", options.training.dropout)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  const auto share = [&](const char* name, double& number, const char* what) {
    app.add_option(name, number, what)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  };
  share("--delete", options.deleted, "share of the words that are left out in training, each time others");
  share("--swap", options.swapped, "share of the words that change places with another one");
  share("--drop", options.dropped, "share of the words in whose place the unknown word stands");
  share("--hide", options.hidden, "share of the words of which only their parts are seen");
  app.add_option("--synonyms", options.synonyms, "table of a word, a tab and its synonyms with spaces between them");
  share("--replace", options.replaced, "share of the words with synonyms that are replaced by one");
  app.add_option("--label-smoothing", options.label_smoothing)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  app.add_option("--seed", options.training.seed, "decides first numbers, split and order")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (!options.train.empty()) {
      train(options);
    } else if (!options.test.empty() || !options.classify.empty()) {
      load(options);
    } else {
      fail("give labelled sentences with --train FILE, or with a saved model --test FILE or --classify SENTENCE");
    }
  } catch (const std::exception& error) {
    std::cerr << "classify_text: " << error.what() << '\n';
    return 1;
  }
}
