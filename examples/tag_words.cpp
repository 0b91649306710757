// SPDX-License-Identifier: MIT
// Learns the parts of speech of words from a treebank in CoNLL-U (Universal Dependencies), judges itself on another one
// and tags sentences. The model is saved with its vocabulary in one file.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <transfix/data/conll_u.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/label_map.hpp>
#include <transfix/expression/columns.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/generate/predictions.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/metrics/classification_report.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/text/normalize.hpp>
#include <transfix/text/vocabulary.hpp>
#include <transfix/text/words.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

/// How a word is written, in a few strings: the whole word, its last one, two and three characters, its first two, and
/// where it has capitals, digits and marks, as in "Xx-d" for "Covid-19". All but the first tell of words never seen.
constexpr std::size_t features = 6;
std::array<std::string, features> features_of(std::string_view word) {
  const std::string lower = text::lower_case(word);
  std::vector<std::size_t> starts;  // of the characters
  for (std::size_t position = 0; position < lower.size(); text::read_symbol(lower, position)) {
    starts.push_back(position);
  }
  const auto last = [&](std::size_t count) {
    return lower.substr(starts.size() < count ? 0 : starts[starts.size() - count]);
  };
  std::string shape;
  for (std::size_t position = 0; position < word.size() && shape.size() < 8;) {
    const text::Symbol symbol = text::read_symbol(word, position);
    const bool is_digit = symbol >= '0' && symbol <= '9',
               is_mark = symbol < text::stray_byte && text::is_punctuation(symbol);
    const char kind = is_digit ? 'd' : is_mark ? '-' : text::lower_case(symbol) != symbol ? 'X' : 'x';
    if (!shape.ends_with(kind)) shape += kind;
  }
  return {"word " + lower,
          "last 1 " + last(1),
          "last 2 " + last(2),
          "last 3 " + last(3),
          "first 2 " + lower.substr(0, starts.size() > 2 ? starts[2] : lower.size()),
          "shape " + shape};
}

/// Sentences one after the other, as the tokens of their words' features. There is padding before each sentence, and
/// every place knows the number of its sentence, so that attention stays in it.
template <Index Context>
struct Sentences {
  std::array<std::array<Token, std::size_t{Context + 2}>, features> tokens = {};
  std::array<Token, std::size_t{Context}> sentence = {};
  /// A feature of the words that stand `shift` places after each place, from -1 to 1.
  Tokens<Context> words(std::size_t feature, Index shift) const { return {tokens[feature].data() + 1 + shift}; }
};

/// What is known of each word and of its two neighbours, blocks of an encoder, and a tag for each word.
struct Model {
  using Scalar = float;
  // A maximum: fewer features will do.
  static constexpr Index vocabulary = 16384, context = 160, tags = 17;
  static constexpr Index embedded = 64, width = 128;
  static constexpr nn::BlockConfig block{
      .width = width, .heads = 4, .hidden = 2 * width, .norms = nn::NormPlace::before, .dropout = true};
  using Input = Sentences<context>;
  using Target = Tokens<context>;

  nn::Embedding<vocabulary, embedded> embedding;
  nn::Linear<3 * embedded, width> neighbours;
  nn::Repeat<nn::EncoderBlock<block>, 2> blocks;
  nn::LayerNorm<width> norm;
  nn::Linear<width, tags> head;

  auto operator()(const Input& input) const {
    const auto word = [&](Index shift) {
      return [&]<std::size_t... Feature>(std::index_sequence<Feature...>) {
        return (embedding(input.words(Feature, shift)) + ...);
      }
      (std::make_index_sequence<features>());
    };
    auto joined = dropout(join_columns(join_columns(word(-1), word(0)), word(1)));
    auto encoded =
        blocks(neighbours(std::move(joined)), [own = SameDocument{input.sentence.data()}](Index) { return own; });
    return head(dropout(norm(std::move(encoded))));
  }
};
using Optimizer = optim::Averaged<optim::AdamW>;
using Training = Trainer<Model, loss::CrossEntropy, Optimizer, schedule::WarmupCosine, Threads<2, 2>>;

struct Options {
  std::string train, validation, test, tag, model = "tagger.safetensors", checkpoint;
  double hidden_words = 0.2;
  Index patience = 3, epochs = 4, minimum_count = 2;
  optim::AdamW optimizer{.learning_rate = 2e-3f, .weight_decay = 0.1f};
  float averaging = 0.99f;
  TrainingSettings training{.epochs = 1, .batch = 4, .dropout = 0.3f};
};

const data::LabelMap& universal_tags() {
  static const data::LabelMap tags({"ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON",
                                    "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"});
  return tags;
}

text::SpecialTokens special() { return {.padding = "[PAD]", .unknown = "[UNK]"}; }

text::Vocabulary learn_features(const std::vector<data::TaggedSentence>& sentences, Index minimum_count) {
  text::WordCounts counts;
  for (const auto& sentence : sentences) {
    for (const auto& word : sentence.words) {
      for (const auto& feature : features_of(word.form)) text::count_word(feature, counts);
    }
  }
  return text::Vocabulary::build(
      counts, {.special = special(), .minimum_count = minimum_count, .maximum_size = Model::vocabulary});
}

std::vector<data::TaggedSentence> read(const std::string& path) {
  auto sentences = data::read_conll_u(path);
  if (sentences.empty()) fail(path, ": the file is empty; it should have sentences in CoNLL-U");
  return sentences;
}

/// The sentences of a treebank as a data set, as many in one example as there is room for; its measure is the accuracy.
class Treebank {
 public:
  using Example = data::Example<Model::Input, Model::Target>;

  Treebank(const std::vector<data::TaggedSentence>& sentences, const text::Vocabulary& vocabulary,
           const std::string& path) {
    auto tags = universal_tags();
    for (const auto& sentence : sentences) {
      const std::string where = path + ":" + std::to_string(sentence.line) + ": ";
      if (std::ssize(sentence.words) >= Model::context) {
        fail(where, "the sentence has ", sentence.words.size(), " words and the model was built for ",
             Model::context - 1, "; divide it, or change .context in tag_words.cpp");
      }
      if (rows_.empty() || place_ + 1 + std::ssize(sentence.words) > Model::context) start_row(vocabulary);
      ++place_;  // padding between sentences
      for (const auto& word : sentence.words) add(word, vocabulary, tags.number(word.upos, where));
      ++sentence_;
    }
  }
  Index size() const { return std::ssize(rows_); }
  Example example(Index number) const {
    const Row& row = rows_[static_cast<std::size_t>(number)];
    return {row.input, {row.targets.data()}};
  }
  double measure(const Model& model) const { return accuracy(model, *this); }

 private:
  struct Row {
    Model::Input input;
    std::array<Token, std::size_t{Model::context}> targets;
  };

  void start_row(const text::Vocabulary& vocabulary) {
    Row& row = rows_.emplace_back();
    for (auto& tokens : row.input.tokens) tokens.fill(vocabulary.token(special().padding));
    row.input.sentence.fill(-1);
    row.targets.fill(-1);
    place_ = 0;
  }

  void add(const data::TaggedWord& word, const text::Vocabulary& vocabulary, Token tag) {
    Row& row = rows_.back();
    const auto place = static_cast<std::size_t>(place_++);
    const auto written = features_of(word.form);
    for (std::size_t feature = 0; feature < features; ++feature) {
      row.input.tokens[feature][place + 1] = vocabulary.token_or_unknown(written[feature]);
    }
    row.input.sentence[place] = sentence_;
    row.targets[place] = tag;
  }

  std::vector<Row> rows_;
  Index place_ = 0;
  Token sentence_ = 0;
};

/// A treebank many times, each time with other words hidden behind the unknown token, so that the model learns to tell
/// the tag of a word that it has never seen by the other features and by the words around it.
struct WithHiddenWords {
  const Treebank& treebank;
  Token unknown;
  Index times;
  double share;
  std::uint64_t seed;

  Index size() const { return treebank.size() * times; }
  Treebank::Example example(Index number) const {
    auto example = treebank.example(number % treebank.size());
    Random random(seed, static_cast<std::uint64_t>(number));
    for (Index place = 0; place < Model::context; ++place) {
      const bool hides = random.uniform() < share;
      if (hides && example.target[place] >= 0) example.input.tokens[0][static_cast<std::size_t>(place + 1)] = unknown;
    }
    return example;
  }
};

void test(const Model& model, const Treebank& treebank) {
  metrics::ConfusionMatrix confusion(Model::tags);
  for_each_prediction(model, treebank, [&](Token truth, Token prediction) { confusion.add(truth, prediction); });
  std::printf("%s\ntest accuracy %.2f %%\n",
              metrics::classification_report(confusion, universal_tags().names()).c_str(), 100 * confusion.accuracy());
}

/// The words of a line, each with the tag of a word that is not known yet.
data::TaggedSentence untagged(const std::string& line) {
  static_cast<void>(text::lower_case(line, text::InvalidUtf8::refuse));  // only to refuse
  data::TaggedSentence sentence{.words = {}, .line = 1};
  text::for_each_word(line, text::WordRule::white_space, [&](std::string_view word) {
    sentence.words.push_back({std::string(word), "X", "_"});
  });
  if (sentence.words.empty()) fail("--tag: there is no word in it");
  return sentence;
}

void tag(const Model& model, const Treebank& treebank, const data::TaggedSentence& sentence) {
  auto word = sentence.words.begin();
  for_each_prediction(model, treebank, [&](Token, Token prediction) {
    std::cout << (word == sentence.words.begin() ? "" : " ") << word->form << '/' << universal_tags().name(prediction);
    ++word;
  });
  std::cout << '\n';
}

/// What a model is to be used for, read and checked before it is trained.
struct Uses {
  std::optional<Treebank> test;
  std::optional<data::TaggedSentence> sentence;
  std::optional<Treebank> tag;

  Uses(const text::Vocabulary& vocabulary, const Options& options) {
    if (!options.test.empty()) test.emplace(read(options.test), vocabulary, options.test);
    if (options.tag.empty()) return;
    sentence = untagged(options.tag);
    tag.emplace(std::vector{*sentence}, vocabulary, "--tag");
  }
  void of(const Model& model) const {
    if (test) ::test(model, *test);
    if (tag) ::tag(model, *tag, *sentence);
  }
};

void train(Options options) {
  if (options.validation.empty()) fail("give a treebank to choose the best model by with --validation FILE");
  io::check_writable(options.model, {options.train, options.validation, options.test});
  const auto sentences = read(options.train);
  const auto vocabulary = learn_features(sentences, options.minimum_count);
  const Treebank training(sentences, vocabulary, options.train);
  const Treebank validation(read(options.validation), vocabulary, options.validation);
  const Uses uses(vocabulary, options);
  std::cerr << sentences.size() << " sentences in " << training.size() << " examples, " << vocabulary.size()
            << " features of words\n";
  const WithHiddenWords augmented{training, vocabulary.token(special().unknown), options.epochs, options.hidden_words,
                                  options.training.seed};
  options.training.evaluate_every = (training.size() + options.training.batch - 1) / options.training.batch;
  Training trainer{Optimizer{options.optimizer, options.averaging}, options.training};
  trainer.fit(augmented, validation, ProgressLine(), Patience{options.patience}, Checkpoint{options.checkpoint},
              KeepBest{options.model, {{"features", nlohmann::json(vocabulary.words()).dump()}}}, StopOnInterrupt());
  std::printf("validation accuracy %.2f %%\nsaved %s\n", 100 * trainer.progress().best_score, options.model.c_str());
  uses.of(trainer.result());
}

void load(const Options& options) {
  const auto model = std::make_unique<Model>();
  const auto metadata = io::load(*model, options.model);
  const auto place = metadata.find("features");
  if (place == metadata.end()) fail(options.model, ": the file has no features; it was not saved by tag_words");
  Uses(text::Vocabulary(nlohmann::json::parse(place->second), special(), options.model), options).of(*model);
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Learns the parts of speech of words from a treebank in CoNLL-U and tags sentences."};
  app.add_option("--train", options.train, "treebank to train on; without it a saved model is used");
  app.add_option("--validation", options.validation, "treebank to choose the best model by");
  app.add_option("--test", options.test, "treebank to judge the model by");
  app.add_option("--tag", options.tag, "a sentence to tag, with spaces between its words");
  app.add_option("--model", options.model, "file of the trained model")->capture_default_str();
  app.add_option("--checkpoint", options.checkpoint, "file to go on from after an interruption");
  app.add_option("--epochs", options.epochs, "how often to go through the training sentences")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience, "epochs without progress before the end")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch", options.training.batch, "examples a step, each of several sentences")
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
  app.add_option("--hidden-words", options.hidden_words, "share of the words that are hidden in training")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
  app.add_option("--minimum-count", options.minimum_count, "rarer words and endings are unknown")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options.training.seed, "decides first numbers and order")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (!options.train.empty()) {
      train(options);
    } else if (!options.test.empty() || !options.tag.empty()) {
      load(options);
    } else {
      fail("give a treebank with --train FILE, or with a saved model --test FILE or --tag SENTENCE");
    }
  } catch (const std::exception& error) {
    std::cerr << "tag_words: " << error.what() << '\n';
    return 1;
  }
}
