// SPDX-License-Identifier: MIT
// Learns from labelled sentences to tell the classes of others. Reads the lines of TREC, lines of a label and a
// sentence as in SST-2, and tables with named columns; saves the model with its words and classes in one file.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <transfix/data/class_weights.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/labelled_text.hpp>
#include <transfix/data/random_split.hpp>
#include <transfix/expression/columns.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/generate/predictions.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/metrics/classification_report.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/text/normalize.hpp>
#include <transfix/text/vocabulary.hpp>
#include <transfix/text/words.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

/// A word in small letters, its first four and six characters, its last three, and where it has capitals, digits and
/// marks, as in "Xx-d" for "Apollo-11": what it has in common with other words, also with those that training never
/// saw.
constexpr std::size_t parts = 5;
std::array<std::string, parts> parts_of(std::string_view word) {
  const std::string lower = text::lower_case(word);
  std::vector<std::size_t> starts;  // of the characters
  for (std::size_t position = 0; position < lower.size(); text::read_symbol(lower, position)) {
    starts.push_back(position);
  }
  const auto first = [&](std::size_t count) {
    return lower.substr(0, starts.size() > count ? starts[count] : lower.size());
  };
  const auto last = [&](std::size_t count) {
    return lower.substr(starts.size() > count ? starts[starts.size() - count] : 0);
  };
  std::string shape;
  for (std::size_t position = 0; position < word.size() && shape.size() < 8;) {
    const text::Symbol symbol = text::read_symbol(word, position);
    const bool is_capital = text::lower_case(symbol) != symbol;
    const char kind = text::is_letter(symbol) ? (is_capital ? 'X' : 'x') : text::is_number(symbol) ? 'd' : '-';
    if (!shape.ends_with(kind)) shape += kind;
  }
  return {"word " + lower, "first 4 " + first(4), "first 6 " + first(6), "last 3 " + last(3), "shape " + shape};
}

/// The tokens of the parts of each word, with padding on both sides, and how many words there are.
template <Index Context>
struct Sentence {
  std::array<std::array<Token, std::size_t{Context + 2}>, parts> tokens = {};
  Index length = 0;
  /// A part of the words that stand `shift` places after each place, from -1 to 1.
  Tokens<Context> words(std::size_t part, Index shift) const { return {tokens[part].data() + 1 + shift}; }
};

/// Each word with its two neighbours, and blocks of an encoder on them; the class is told from the largest of what the
/// neighbourhoods say (Kim 2014) and from the mean of what the encoder says.
struct Model {
  using Scalar = float;
  // Maxima: fewer parts of words and classes will do.
  static constexpr Index vocabulary = 16384, context = 64, classes = 8;
  static constexpr Index width = 64;
  static constexpr nn::BlockConfig block{
      .width = width, .heads = 4, .hidden = 2 * width, .norms = nn::NormPlace::before, .dropout = true};
  using Input = Sentence<context>;
  using Target = Tokens<1>;

  nn::Embedding<vocabulary, width> embedding;
  nn::Linear<3 * width, width> neighbours;
  nn::Repeat<nn::EncoderBlock<block>, 1> blocks;
  nn::LayerNorm<width> norm;
  nn::Linear<2 * width, classes> head;

  auto operator()(const Input& input) const {
    const auto word = [&](Index shift) {
      return [&]<std::size_t... Part>(std::index_sequence<Part...>) {
        return (embedding(input.words(Part, shift)) + ...);
      }
      (std::make_index_sequence<parts>());
    };
    auto joined = dropout(join_columns(join_columns(word(-1), word(0)), word(1)));
    return let(dropout(relu(neighbours(std::move(joined)))), [this, length = input.length](auto found) {
      auto encoded = norm(blocks(found, [padding = KeyPadding{length}](Index) { return padding; }));
      return head(dropout(join_columns(largest_of_rows(found, length), mean_of_rows(std::move(encoded), length))));
    });
  }

  // No norm follows the first layers: their numbers must have the right size from the start.
  void initialize(Random& random, InitialScale scale) {
    for_each_part(*this, Path{}, [&](const Path&, auto& part) { transfix::initialize(part, random, scale); });
    fill_normal(embedding.weight, random, 0.1);
    fill_normal(neighbours.weight, random, 1 / std::sqrt(3.0 * width));
    fill_normal(head.weight, random, 1 / std::sqrt(2.0 * width));
  }
};
using Optimizer = optim::Averaged<optim::AdamW>;
using Training = Trainer<Model, loss::CrossEntropy, Optimizer, schedule::WarmupCosine, Threads<2, 2>>;

struct Options {
  std::string train, validation, test, classify, model = "classifier.safetensors";
  std::string format = "lines", text_column = "sentence", label_column = "label";
  bool latin1 = false, cuts = false, balanced = false;
  double hidden_words = 0.1;
  float label_smoothing = 0.1f;
  Index patience = 5, epochs = 10;
  optim::AdamW optimizer{.learning_rate = 2e-3f, .weight_decay = 0.1f};
  float averaging = 0.995f;
  TrainingSettings training{.epochs = 1, .batch = 32, .dropout = 0.5f};
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

/// What turns text into what the model takes, and classes into their names: it is saved with the model.
struct Language {
  text::Vocabulary vocabulary;
  data::LabelMap labels;

  static text::SpecialTokens special() { return {.padding = "[PAD]", .unknown = "[UNK]"}; }

  static Language learn(const std::vector<data::LabelledText>& examples, const data::LabelMap& labels) {
    text::WordCounts counts;
    for (const auto& example : examples) {
      for (const auto word : text::split_words(example.text, text::WordRule::white_space)) {
        for (const auto& part : parts_of(word)) text::count_word(part, counts);
      }
    }
    // What occurs once would be learnt by heart.
    return {
        text::Vocabulary::build(counts, {.special = special(), .minimum_count = 2, .maximum_size = Model::vocabulary}),
        labels};
  }

  io::Metadata metadata() const {
    return {{"parts", nlohmann::json(vocabulary.words()).dump()}, {"classes", nlohmann::json(labels.names()).dump()}};
  }
  static Language from(const io::Metadata& metadata, const std::string& path) {
    const auto names = [&](const char* key) -> std::vector<std::string> {
      const auto place = metadata.find(key);
      if (place == metadata.end()) fail(path, ": the file has no ", key, "; it was not saved by classify_text");
      return nlohmann::json::parse(place->second);
    };
    return {text::Vocabulary(names("parts"), special(), path), data::LabelMap(names("classes"))};
  }

  /// Sentences that are too long are an error, or cut where the user says so. `where` says which one it is.
  Model::Input sentence(std::string_view text, bool cuts, const std::string& where) const {
    static_cast<void>(text::lower_case(text, text::InvalidUtf8::refuse));  // only to refuse
    const auto words = text::split_words(text, text::WordRule::white_space);
    if (words.empty()) fail(where, "there is no word in it; leave it out");
    if (std::ssize(words) > Model::context && !cuts) {
      fail(where, "the sentence has ", words.size(), " words and the model was built for ", Model::context,
           ": give --cut to use the first ", Model::context, " words of such sentences: ", text::shown(text));
    }
    Model::Input sentence{.length = std::min(std::ssize(words), Model::context)};
    for (auto& tokens : sentence.tokens) tokens.fill(vocabulary.token(special().padding));
    for (std::size_t place = 0; place < static_cast<std::size_t>(sentence.length); ++place) {
      const auto found = parts_of(words[place]);
      for (std::size_t part = 0; part < parts; ++part) {
        sentence.tokens[part][place + 1] = vocabulary.token_or_unknown(found[part]);
      }
    }
    return sentence;
  }
};

/// Labelled sentences as a data set; its measure is the accuracy.
class Sentences {
 public:
  using Example = data::Example<Model::Input, Model::Target>;

  Sentences(const std::vector<data::LabelledText>& examples, const Language& language, const Options& options,
            const std::string& path)
      : classes_(language.labels.size()) {
    for (const auto& example : examples) {
      const std::string where = path + ": example " + std::to_string(rows_.size() + 1) + ": ";
      rows_.push_back({language.sentence(example.text, options.cuts, where), example.label});
    }
  }
  Index size() const { return std::ssize(rows_); }
  Example example(Index number) const {
    const auto& [sentence, label] = rows_[static_cast<std::size_t>(number)];
    return {sentence, {&label}};
  }
  double measure(const Model& model) const { return accuracy(model, *this, classes_); }

 private:
  struct Row {
    Model::Input sentence;
    Token label;
  };
  std::vector<Row> rows_;
  Index classes_;
};

/// Each sentence many times, each time with other words hidden behind the unknown token, so that the model learns to do
/// without a word.
struct WithHiddenWords {
  const Sentences& sentences;
  Token unknown;
  Index times;
  double share;
  std::uint64_t seed;

  Index size() const { return sentences.size() * times; }
  Sentences::Example example(Index number) const {
    auto example = sentences.example(number % sentences.size());
    Random random(seed, static_cast<std::uint64_t>(number));
    for (Index place = 0; place < example.input.length; ++place) {
      const bool hides_word = random.uniform() < share, hides_all = random.uniform() < share;
      for (std::size_t part = 0; part < parts; ++part) {
        if (hides_all || (hides_word && part == 0)) {
          example.input.tokens[part][static_cast<std::size_t>(place + 1)] = unknown;
        }
      }
    }
    return example;
  }
};

void test(const Model& model, const Language& language, const Sentences& sentences) {
  metrics::ConfusionMatrix confusion(language.labels.size());
  for_each_prediction(
      model, sentences, [&](Token truth, Token prediction) { confusion.add(truth, prediction); },
      language.labels.size());
  std::printf("%s\ntest accuracy %.2f %%\n", metrics::classification_report(confusion, language.labels.names()).c_str(),
              100 * confusion.accuracy());
}

void classify(const Model& model, const Language& language, const Model::Input& sentence) {
  const auto inference = std::make_unique<Inference<Model>>(model);
  const float* logits = (*inference)(sentence);
  const auto best = std::max_element(logits, logits + language.labels.size()) - logits;
  std::cout << language.labels.name(static_cast<Token>(best)) << '\n';
}

/// What a model is to be used for, read and checked before it is trained.
struct Uses {
  std::optional<Sentences> test;
  std::optional<Model::Input> classify;

  Uses(const Language& language, const Options& options) {
    auto labels = language.labels;
    if (!options.test.empty()) test.emplace(read(options.test, labels, options), language, options, options.test);
    if (!options.classify.empty()) classify = language.sentence(options.classify, options.cuts, "--classify: ");
  }
  void of(const Model& model, const Language& language) const {
    if (test) ::test(model, language, *test);
    if (classify) ::classify(model, language, *classify);
  }
};

/// A part of a split.
std::vector<data::LabelledText> chosen(const std::vector<data::LabelledText>& all, const std::vector<Index>& numbers) {
  std::vector<data::LabelledText> part;
  for (const Index number : numbers) part.push_back(all[static_cast<std::size_t>(number)]);
  return part;
}

/// Fails where the model would take the place of a file that it is made from.
void check_model_file(const Options& options) {
  for (const auto& path : {options.train, options.validation, options.test}) {
    std::error_code unknown;
    if (std::filesystem::equivalent(path, options.model, unknown)) {
      fail(options.model, ": this is the file of data; name another file for the model with --model");
    }
  }
  io::check_writable(options.model);
}

void train(Options options) {
  check_model_file(options);
  data::LabelMap labels;
  auto examples = read(options.train, labels, options);
  labels.close();
  if (labels.size() > Model::classes) {
    fail(options.train, ": there are ", labels.size(), " classes and the model was built for ", Model::classes,
         "; change .classes in classify_text.cpp");
  }
  std::vector<data::LabelledText> held_out;
  if (options.validation.empty()) {
    const auto split = data::stratified_split(data::labels_of(examples), {0.9, 0.1}, options.training.seed);
    held_out = chosen(examples, split[1]);
    examples = chosen(examples, split[0]);
  } else {
    held_out = read(options.validation, labels, options);
  }
  const auto language = Language::learn(examples, labels);
  const Uses uses(language, options);
  const Sentences training(examples, language, options, options.train);
  const Sentences validation(held_out, language, options,
                             options.validation.empty() ? options.train : options.validation);
  std::cerr << training.size() << " sentences to train on, " << validation.size() << " to choose by, "
            << language.vocabulary.size() << " parts of words, " << labels.size() << " classes\n";
  const Token unknown = language.vocabulary.token(Language::special().unknown);
  const WithHiddenWords augmented{training, unknown, options.epochs, options.hidden_words, options.training.seed};

  auto weights = options.balanced ? data::balanced_class_weights(data::labels_of(examples), labels.size())
                                  : std::vector<float>(static_cast<std::size_t>(labels.size()), 1.0f);
  weights.resize(Model::classes, 0);  // classes that the model has and the data has not
  options.training.evaluate_every = (training.size() + options.training.batch - 1) / options.training.batch;
  Training trainer{Optimizer{options.optimizer, options.averaging},
                   options.training,
                   {},
                   {.label_smoothing = options.label_smoothing, .class_weights = weights}};
  trainer.fit(augmented, validation, ProgressLine(), Patience{options.patience},
              KeepBest{options.model, language.metadata()}, StopOnInterrupt());
  std::printf("validation accuracy %.2f %%\nsaved %s\n", 100 * trainer.progress().best_score, options.model.c_str());
  uses.of(trainer.result(), language);
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
  app.add_option("--format", options.format, "trec, lines (a label, a space and a sentence), tsv or csv")
      ->capture_default_str()
      ->check(CLI::IsMember({"trec", "lines", "tsv", "csv"}));
  app.add_option("--text-column", options.text_column, "name in a table's first row")->capture_default_str();
  app.add_option("--label-column", options.label_column, "name in a table's first row")->capture_default_str();
  app.add_flag("--latin1", options.latin1, "files are in ISO-8859-1 and not in UTF-8; those of TREC always are");
  app.add_flag("--cut", options.cuts, "leave out what is too much in sentences that are too long");
  app.add_flag("--balanced", options.balanced, "rare classes count as much as frequent ones");
  app.add_option("--epochs", options.epochs, "how often to go through the training sentences")
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
  app.add_option("--hidden-words", options.hidden_words, "share of the words that are hidden in training")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
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
