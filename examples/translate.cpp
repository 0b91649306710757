// SPDX-License-Identifier: MIT
// Learns to translate from pairs of files of which line i of one is the translation of line i of the other. Learns the
// pieces of words, too, and saves them with the model; judges itself by BLEU, translates files.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <transfix/data/example.hpp>
#include <transfix/data/length_order.hpp>
#include <transfix/data/parallel.hpp>
#include <transfix/generate/beam_search.hpp>
#include <transfix/generate/translator.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/metrics/bleu.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/report/training_log.hpp>
#include <transfix/text/byte_pair_encoding.hpp>
#include <transfix/text/sequence.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/train/wall_time.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

/// Longest sentence in pieces of words, with the mark of its end. Shorter ones run in shorter forms.
constexpr Index longest = 96;
using Model = models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 4000,
                                                                  .source_context = longest,
                                                                  .target_context = longest,
                                                                  .width = 256,
                                                                  .heads = 4,
                                                                  .hidden = 512,
                                                                  .encoder_layers = 3,
                                                                  .decoder_layers = 2,
                                                                  .dropout = true,
                                                                  .shortest = 12}>;
using Optimizer = optim::Averaged<optim::AdamW>;
using Execution = Threads<2, 2, 4>;
using Training = Trainer<Model, loss::CrossEntropy, Optimizer, schedule::InverseSquareRoot, Execution>;

/// The files of a text and its translation.
struct Files {
  std::string source, target;
  explicit operator bool() const { return !source.empty(); }
};

struct Options {
  Files train, validation, test;
  std::string translate, model = "translator.safetensors", log = "translator.csv", checkpoint;
  bool cuts = false;
  double minutes = INFINITY;
  Index epochs = 30, evaluate_every = 1, patience = 5, warmup = 1000;
  optim::AdamW optimizer{.learning_rate = 1e-3f, .beta2 = 0.98f, .weight_decay = 0};
  float averaging = 0.999f, label_smoothing = 0.1f;
  TrainingSettings training{.epochs = 1, .batch = 64, .dropout = 0.15f};
  BeamSettings search{.beams = 5, .length_penalty = 1};
};

/// What turns sentences into tokens and back. Both languages share the pieces of words.
class Language {
 public:
  static Language learn(const std::vector<data::TextPair>& pairs) {
    text::WordCounts counts;
    const auto count = [&](std::string_view word) { text::count_word(word, counts); };
    for (const auto& pair : pairs) {
      text::for_each_gpt2_word(led_by_space(pair.source), count);
      text::for_each_gpt2_word(led_by_space(pair.target), count);
    }
    return Language(text::BytePairEncoding::fit(
        counts, {.size = Model::vocabulary, .special = {.padding = "[PADDING]", .begin = "[BEGIN]", .end = "[END]"}}));
  }
  static Language load(const std::string& path) {
    auto tokenizer = text::BytePairEncoding::load(path);
    if (tokenizer.size() > Model::vocabulary) {
      fail(path, ": there are ", tokenizer.size(), " tokens and the model was built for ", Model::vocabulary,
           ": this is the tokenizer of another model");
    }
    return Language(std::move(tokenizer));
  }
  void save(const std::string& path) const { tokenizer_.save(path); }
  Index size() const { return tokenizer_.size(); }

  Token padding() const { return tokenizer_.token(tokenizer_.special().padding); }
  Token begin() const { return tokenizer_.token(tokenizer_.special().begin); }
  Token end() const { return tokenizer_.token(tokenizer_.special().end); }

  std::vector<Token> encode(const std::string& sentence) const { return tokenizer_.encode(led_by_space(sentence)); }
  std::string decode(std::span<const Token> tokens) const {
    std::string sentence = tokenizer_.decode(tokens);
    std::replace(sentence.begin(), sentence.end(), '\n', ' ');  // a line for each sentence, whatever the model writes
    return sentence.starts_with(' ') ? sentence.substr(1) : sentence;
  }

 private:
  // The first word is then the word that it is elsewhere.
  static std::string led_by_space(const std::string& sentence) {
    return sentence.empty() ? sentence : std::string(1, ' ').append(sentence);
  }

  explicit Language(text::BytePairEncoding tokenizer) : tokenizer_(std::move(tokenizer)) {}
  text::BytePairEncoding tokenizer_;
};

/// Sentences as the encoder reads them, each with the mark of its end. Those that are too long are an error, or cut
/// where the user says so.
std::vector<std::vector<Token>> sources_of(const std::vector<std::string>& lines, const Language& language,
                                           const std::string& path, bool cuts) {
  std::vector<std::vector<Token>> sources;
  for (const auto& line : lines) {
    auto tokens = language.encode(line);
    if (std::ssize(tokens) >= longest) {
      if (!cuts) {
        fail(path, ":", sources.size() + 1, ": the sentence has ", tokens.size(), " pieces of words and the model was ",
             "built for ", longest - 1, ": cut it into sentences, or give --cut to translate only so many");
      }
      tokens.resize(longest - 1);
    }
    tokens.push_back(language.end());
    sources.push_back(std::move(tokens));
  }
  return sources;
}

/// The likeliest translation of each sentence. An empty line stays empty.
std::vector<std::string> translate(const Model& model, const Language& language,
                                   const std::vector<std::vector<Token>>& sources, const BeamSettings& settings) {
  std::vector<std::string> translations(sources.size());
  Execution().run([&](Index thread) {
    for (auto i = static_cast<std::size_t>(thread); i < sources.size(); i += std::size_t{Execution::threads}) {
      if (sources[i].size() < 2) continue;
      BeamSettings search = settings;
      search.end = language.end();
      search.vocabulary = language.size();
      search.longest = std::min(longest, 2 * std::ssize(sources[i]) + 10);
      const auto found = beam_search(Translator<Model>(model, sources[i]), language.begin(), search);
      translations[i] = language.decode(found.front().tokens);
    }
  });
  return translations;
}

metrics::Bleu bleu_of(const std::vector<std::string>& translations, const std::vector<std::string>& references) {
  metrics::Bleu bleu({.tokenizer = metrics::BleuTokenizer::None});
  for (std::size_t i = 0; i < translations.size(); ++i) bleu.add(translations[i], references[i]);
  return bleu;
}

/// Pairs of sentences as a data set; its measure is the BLEU of greedy translations.
class Pairs {
 public:
  using Example = data::Example<Model::Input, Model::Target>;

  /// Steps take so many pairs of similar lengths.
  Pairs(const std::vector<data::TextPair>& pairs, const Language& language, const Files& files,
        data::LengthOrderSettings order = {})
      : language_(language) {
    const text::SequenceFormat source{.padding = language.padding(), .end = language.end()};
    const text::SequenceFormat target{.padding = language.padding(), .begin = language.begin()};
    const text::SequenceFormat answer{.padding = text::no_token, .end = language.end()};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto sources = language.encode(pairs[i].source), targets = language.encode(pairs[i].target);
      for (const auto& [line, path] : {std::pair(&pairs[i].source, &files.source), {&pairs[i].target, &files.target}}) {
        if (line->empty()) fail(*path, ":", i + 1, ": the line is empty; take it and its translation out");
      }
      if (std::max(sources.size(), targets.size()) >= std::size_t{longest}) continue;
      Row row;
      row.source_length = text::fill_sequence(sources, row.source, source);
      row.length = std::max(row.source_length, text::fill_sequence(targets, row.target, target));
      text::fill_sequence(targets, row.answer, answer);
      rows_.push_back(row);
      sources_.emplace_back(row.source.begin(), row.source.begin() + row.source_length);
      references_.push_back(pairs[i].target);
    }
    const std::size_t left_out = pairs.size() - rows_.size();
    if (left_out > 0) {
      std::cerr << files.source << ": " << left_out << " pairs of more than " << longest - 1
                << " pieces of words are left out\n";
    }
    std::vector<Index> lengths;
    for (const Row& row : rows_) lengths.push_back(row.length);
    order_.emplace(lengths, order);
  }
  Index size() const { return std::ssize(rows_); }
  const data::LengthOrder& order() const { return *order_; }
  Example example(Index number) const {
    const Row& row = rows_[static_cast<std::size_t>(number)];
    return {{{row.source.data()}, {row.target.data()}, row.source_length, row.length}, {row.answer.data()}};
  }
  double measure(const Model& model) const {
    return bleu_of(translate(model, language_, sources_, {.beams = 1}), references_).score().score;
  }

 private:
  struct Row {
    std::array<Token, std::size_t{longest}> source, target, answer;
    Index source_length, length;
  };
  const Language& language_;
  std::vector<Row> rows_;
  std::optional<data::LengthOrder> order_;
  std::vector<std::vector<Token>> sources_;
  std::vector<std::string> references_;
};

std::string tokenizer_file(const Options& options) {
  return std::filesystem::path(options.model).replace_extension(".tokenizer.json").string();
}

/// What a model is to be used for, read and checked before it is trained.
class Uses {
 public:
  Uses(const Language& language, const Options& options) : language_(language), search_(options.search) {
    if (options.test) {
      std::vector<std::string> lines;
      for (auto& [source, target] : data::read_parallel(options.test.source, options.test.target)) {
        lines.push_back(std::move(source));
        references_.push_back(std::move(target));
      }
      test_ = sources_of(lines, language, options.test.source, options.cuts);
    }
    if (!options.translate.empty()) {
      translate_ = sources_of(data::read_lines(options.translate), language, options.translate, options.cuts);
    }
  }
  void of(const Model& model) const {
    if (!test_.empty()) {
      const auto bleu = bleu_of(translate(model, language_, test_, search_), references_);
      std::fprintf(stderr, "test BLEU %.2f (%s)\n", bleu.score().score, bleu.signature().c_str());
    }
    for (const auto& line : translate(model, language_, translate_, search_)) std::cout << line << '\n';
  }

 private:
  const Language& language_;
  BeamSettings search_;
  std::vector<std::vector<Token>> test_, translate_;
  std::vector<std::string> references_;
};

/// Writes the tokenizer before the first model.
struct KeepTokenizer {
  const Language& language;
  std::string path;
  void evaluated(const auto& trainer) const {
    if (trainer.progress().evaluations_since_best == 0) language.save(path);
  }
};

/// Fails where the model would take the place of a file that it is made from.
void check_model_file(const Options& options) {
  for (const Files& files : {options.train, options.validation, options.test}) {
    for (const auto& path : {files.source, files.target}) {
      std::error_code unknown;
      if (std::filesystem::equivalent(path, options.model, unknown)) {
        fail(options.model, ": this is the file of data; name another file for the model with --model");
      }
    }
  }
  io::check_writable(options.model);
  io::check_writable(tokenizer_file(options));
}

void train(Options options) {
  check_model_file(options);
  const auto pairs = data::read_parallel(options.train.source, options.train.target);
  if (pairs.empty()) fail(options.train.source, ": the file is empty; it should have sentences to train on");
  const auto language = Language::learn(pairs);
  const Uses uses(language, options);
  const Pairs training(pairs, language, options.train,
                       {.batch = options.training.batch, .seed = options.training.seed});
  const Pairs validation(data::read_parallel(options.validation.source, options.validation.target), language,
                         options.validation);
  std::cerr << training.size() << " pairs to train on, " << validation.size() << " to choose by, " << language.size()
            << " pieces of words\n";
  options.training.epochs = options.epochs;
  options.training.evaluate_every =
      options.evaluate_every * ((training.size() + options.training.batch - 1) / options.training.batch);
  Training trainer{Optimizer{options.optimizer, options.averaging},
                   options.training,
                   {options.warmup},
                   {.label_smoothing = options.label_smoothing}};
  trainer.fit(training, validation, ProgressLine(), report::TrainingLog(options.log, 50), Patience{options.patience},
              Checkpoint{options.checkpoint}, KeepTokenizer{language, tokenizer_file(options)}, KeepBest{options.model},
              WallTime{60 * options.minutes}, StopOnInterrupt());
  std::fprintf(stderr, "validation BLEU %.2f\nsaved %s\n", trainer.progress().best_score, options.model.c_str());
  if (!StopOnInterrupt::interrupted()) uses.of(trainer.result());
}

void load(const Options& options) {
  const auto model = std::make_unique<Model>();
  io::load(*model, options.model);
  const auto language = Language::load(tokenizer_file(options));
  Uses(language, options).of(*model);
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Learns to translate from files of which line i of one is the translation of line i of the other."};
  const auto add_files = [&](const std::string& name, Files& files, const std::string& use) {
    auto* const source = app.add_option(name + "-source", files.source, use);
    auto* const target = app.add_option(name + "-target", files.target, "their translations");
    source->needs(target);
    target->needs(source);
  };
  add_files("--train", options.train, "sentences to train on; without them a saved model is used");
  add_files("--validation", options.validation, "sentences to choose the best model by");
  add_files("--test", options.test, "sentences to judge the model by");
  app.add_option("--translate", options.translate, "a file of sentences to translate, to standard output");
  app.add_option("--model", options.model, "file of the trained model; its tokenizer lies beside it")
      ->capture_default_str();
  app.add_option("--checkpoint", options.checkpoint, "file from which an interrupted run goes on");
  app.add_option("--log", options.log, "the learning curve, with BLEU, as .csv, .jsonl or .tfevents")
      ->capture_default_str();
  app.add_flag("--cut", options.cuts, "translate only the beginning of sentences that are too long");
  app.add_option("--minutes", options.minutes, "the longest to train")->check(CLI::PositiveNumber);
  app.add_option("--epochs", options.epochs, "how often to go through the training sentences")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--evaluate-every", options.evaluate_every, "epochs between evaluations")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience, "evaluations without progress before the end")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch", options.training.batch, "pairs a step")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--learning-rate", options.optimizer.learning_rate, "the largest, at the end of the warm-up")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--warmup", options.warmup, "steps until then; it falls with the root of the step afterwards")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--averaging", options.averaging, "share of the model's moving average that a step leaves")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.99999));
  app.add_option("--dropout", options.training.dropout)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  app.add_option("--label-smoothing", options.label_smoothing)->capture_default_str()->check(CLI::Range(0.0, 0.9));
  app.add_option("--beams", options.search.beams, "translations that are followed side by side; 1 is greedy")
      ->capture_default_str()
      ->check(CLI::Range(Index{1}, Model::vocabulary));
  app.add_option("--length-penalty", options.search.length_penalty, "larger ones favour longer translations")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seed", options.training.seed, "decides first numbers and order")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (options.train) {
      if (!options.validation) fail("give sentences to choose the best model by with --validation-source and -target");
      train(options);
    } else if (options.test || !options.translate.empty()) {
      load(options);
    } else {
      fail("give sentences with --train-source and --train-target, or for a saved model with --translate, or with ",
           "--test-source and --test-target");
    }
  } catch (const std::exception& error) {
    std::cerr << "translate: " << error.what() << '\n';
    return 1;
  }
}
