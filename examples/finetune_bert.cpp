// SPDX-License-Identifier: MIT
// Pretrains a small BERT on plain text, and fine-tunes it, or a published BERT, to classify sentences with few labels.
//   finetune_bert pretrain bert --text reviews.txt questions.txt
//   finetune_bert finetune bert --train train.txt --test test.txt --save classifier
//   finetune_bert classify classifier "Who wrote it ?"
// Folders are as transformers has them: config.json, model.safetensors and vocab.txt.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <transfix/data/augment/mask_words.hpp>
#include <transfix/data/augmented.hpp>
#include <transfix/data/drawn_once.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/labelled_text.hpp>
#include <transfix/generate/predictions.hpp>
#include <transfix/io/published/bert.hpp>
#include <transfix/nn/low_rank.hpp>
#include <transfix/optim/layer_wise.hpp>
#include <transfix/text/word_piece_training.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;
namespace fs = std::filesystem;

// The shapes that this program knows. A line more, here and in the list below, is a model more; a published model may
// have a longer context than is compiled in.
constexpr models::BertConfig small_bert{.vocabulary = 4096,
                                        .context = 64,
                                        .width = 128,
                                        .heads = 4,
                                        .hidden = 512,
                                        .layers = 2,
                                        .dropout = true,
                                        .shortest = 16};
constexpr models::BertConfig bert_tiny{
    .context = 64, .width = 128, .heads = 2, .hidden = 512, .layers = 2, .dropout = true};

template <models::BertConfig...>
struct Configs {};
using Known = Configs<small_bert, bert_tiny>;

constexpr Index most_classes = 8;  // fewer will do
template <models::BertConfig Config, class Stored = float>
using Classifier = models::BertClassifier<Config, most_classes, Stored>;
constexpr Index rank_of_adapters = 8;

struct Options {
  fs::path folder, save;
  std::vector<fs::path> texts;
  fs::path train, test;
  std::string sentence;
  bool is_trec = false, cased = false, cuts = false, from_scratch = false, adapters = false;
  Index examples = 0;
  optim::AdamW optimizer{.weight_decay = 0.01f};
  float decay = 1;
  Index unfreeze_every = 0, frozen = 0;
  TrainingSettings training;
};

/// The tokens of sentences as BERT reads them, [CLS] sentence [SEP], each with a class or none.
template <class Model>
class Rows {
 public:
  using Input = typename Model::Input;
  using Target = typename Model::Target;
  static constexpr Index context = Model::context, room = context - 2;

  explicit Rows(const text::WordPiece& tokenizer, Index classes = 0)
      : padding_(tokenizer.token("[PAD]")),
        first_(tokenizer.token("[CLS]")),
        last_(tokenizer.token("[SEP]")),
        classes_(classes) {}

  void add(std::span<const Token> tokens, Token label = 0) {
    Row row{{}, std::ssize(tokens) + 2, label};
    row.tokens.fill(padding_);
    row.tokens[0] = first_;
    std::copy(tokens.begin(), tokens.end(), row.tokens.begin() + 1);
    row.tokens[tokens.size() + 1] = last_;
    rows_.push_back(row);
  }
  Index size() const { return std::ssize(rows_); }
  data::Example<Input, Target> example(Index number) const {
    const Row& row = rows_[static_cast<std::size_t>(number)];
    const Input input{{row.tokens.data()}, {segments_.data()}, row.length};
    if constexpr (std::is_same_v<Target, Tokens<1>>) {
      return {input, {&row.label}};
    } else {
      return {input, {row.tokens.data()}};
    }
  }
  double measure(const Model& model) const requires std::is_same_v<Target, Tokens<1>> {
    return accuracy(model, *this, classes_);
  }

 private:
  using Line = std::array<Token, static_cast<std::size_t>(context)>;
  struct Row {
    Line tokens;
    Index length;
    Token label;
  };
  Token padding_, first_, last_;
  Index classes_;
  std::vector<Row> rows_;
  static constexpr Line segments_ = {};
};

void write_lines(const fs::path& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  const std::string_view pieces[] = {text};
  io::write_atomically(path, pieces);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  io::check_writable(folder / "config.json");
}

text::WordPiece tokenizer_of(const Options& options) {
  return text::WordPiece::read_bert(options.folder / "vocab.txt", {.lower_case = !options.cased});
}

// --- pretraining

void pretrain(const Options& options) {
  using Model = models::BertMaskedLanguageModel<small_bert>;
  make_folder(options.folder);
  std::vector<std::string> lines;
  for (const auto& path : options.texts) {
    for (auto& line : data::read_lines(path)) lines.push_back(std::move(line));
  }
  text::WordCounts words;
  for (const auto& line : lines) {
    text::for_each_bert_word(line, !options.cased, [&](std::string_view word) { text::count_word(word, words); });
  }
  const text::WordPiece tokenizer(
      text::learn_word_pieces(
          words, {.special = text::bert_special_tokens(), .minimum_count = 2, .maximum_size = small_bert.vocabulary}),
      {.lower_case = !options.cased});
  write_lines(options.folder / "vocab.txt", tokenizer.vocabulary().words());

  Rows<Model> training(tokenizer), validation(tokenizer);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const auto tokens = tokenizer.encode(lines[line]);
    auto& rows = line % 50 == 49 ? validation : training;
    for (auto rest = std::span(tokens); !rest.empty();) {  // long lines take several rows
      const auto part = rest.first(std::min(rest.size(), static_cast<std::size_t>(rows.room)));
      rows.add(part);
      rest = rest.subspan(part.size());
    }
  }
  std::cerr << training.size() << " rows to train on, " << validation.size() << " to judge by, " << tokenizer.size()
            << " word pieces\n";
  const auto hidden = [&](const Rows<Model>& rows) {
    return data::Augmented(
        rows, {tokenizer.token("[PAD]"), {tokenizer.token("[CLS]"), tokenizer.token("[SEP]")}},
        data::MaskWords{.share = 0.15, .mask = tokenizer.token("[MASK]"), .vocabulary = tokenizer.size()});
  };
  const auto hidden_training = hidden(training), hidden_validation = hidden(validation);
  const data::DrawnOnce judged(hidden_validation);
  Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<2>> trainer(options.optimizer,
                                                                                               options.training);
  trainer.fit(hidden_training, judged, ProgressLine(), StopOnInterrupt());
  io::save_published(trainer.result(), options.folder);
  std::printf("loss of hidden words %.3f, saved %s\n", trainer.progress().validation_loss, options.folder.c_str());
}

// --- fine-tuning

struct Task {
  data::LabelMap labels;
  std::vector<data::LabelledText> training, validation, test;
};

Task read_task(const Options& options) {
  const auto format = options.is_trec ? data::trec : data::label_and_sentence;
  Task task;
  auto all = data::read_labelled_lines(options.train, task.labels, format);
  task.labels.close();
  if (task.labels.size() > most_classes) {
    fail(options.train.string(), ": there are ", task.labels.size(), " classes, and the program was built for ",
         most_classes, "; change most_classes in finetune_bert.cpp");
  }
  if (options.examples > 0 && options.examples < std::ssize(all)) {
    const double share = static_cast<double>(options.examples) / static_cast<double>(all.size());
    all = data::stratified_split(all, {share, 1 - share}, options.training.seed)[0];
  }
  auto parts = data::stratified_split(all, {0.9, 0.1}, options.training.seed);
  task.training = std::move(parts[0]);
  task.validation = std::move(parts[1]);
  if (!options.test.empty()) task.test = data::read_labelled_lines(options.test, task.labels, format);
  return task;
}

/// Sentences that are too long are an error, or cut where the user says so.
template <class Model>
Rows<Model> rows_of(const std::vector<data::LabelledText>& examples, const text::WordPiece& tokenizer, Index classes,
                    bool cuts) {
  Rows<Model> rows(tokenizer, classes);
  for (const auto& [label, text, line] : examples) {
    auto tokens = tokenizer.encode(text);
    if (std::ssize(tokens) > rows.room) {
      if (!cuts) {
        const std::string where = line > 0 ? " in line " + std::to_string(line) : "";
        fail("a sentence", where, " has ", tokens.size(), " word pieces and the model was built for ", rows.room,
             "; give --cut to use the first of them: ", text::shown(text));
      }
      tokens.resize(static_cast<std::size_t>(rows.room));
    }
    rows.add(tokens, label);
  }
  return rows;
}

template <models::BertConfig Config, class Stored>
void finetune_as(const Options& options, const Task& task) {
  using Model = Classifier<Config, Stored>;
  const auto tokenizer = tokenizer_of(options);
  const auto rows = [&](const auto& examples) {
    return rows_of<Model>(examples, tokenizer, task.labels.size(), options.cuts);
  };
  const auto training = rows(task.training), validation = rows(task.validation), test = rows(task.test);
  using Optimizer = optim::LayerWise<optim::AdamW, Config.layers>;
  const Optimizer optimizer{options.optimizer, options.decay, options.unfreeze_every, options.frozen};
  auto settings = options.training;
  settings.evaluate_every = (training.size() + settings.batch - 1) / settings.batch;
  Trainer<Model, loss::CrossEntropy, Optimizer, schedule::WarmupCosine, Threads<2>> trainer(optimizer, settings);
  if (!options.from_scratch) {
    // What was pretrained without a pooler, or with one that told whether sentences follow each other.
    io::load_published(trainer.model(), options.folder, {.fresh = {"head", "bert.pooler"}, .passes_over = true});
  }
  std::cerr << training.size() << " sentences to train on, " << validation.size() << " to judge by, "
            << trained_count<Model> << " numbers to train\n";
  trainer.fit(training, validation, ProgressLine(), StopOnInterrupt());
  std::printf("validation accuracy %.2f %%\n", 100 * trainer.progress().metric);
  if (test.size() > 0) std::printf("test accuracy %.2f %%\n", 100 * test.measure(trainer.result()));
  if (options.save.empty()) return;
  make_folder(options.save);
  merge_adapters(trainer.model());
  io::save_published(trainer.model(), options.save);
  write_lines(options.save / "vocab.txt", tokenizer.vocabulary().words());
  write_lines(options.save / "labels.txt", task.labels.names());
  std::printf("saved %s\n", options.save.c_str());
}

/// Calls function.operator()<Config>() with the one of the known shapes that a folder of weights has.
template <models::BertConfig... Config>
void with_shape_of(const fs::path& folder, Configs<Config...>, auto&& function) {
  std::string differences;
  const auto attempt = [&]<models::BertConfig One>() {
    const auto found = io::compare_published<Classifier<One>>(folder);
    if (found.empty()) {
      function.template operator()<One>();
      return true;
    }
    differences += "\nfrom the one of " + std::to_string(One.layers) + " layers and " + std::to_string(One.vocabulary) +
                   " word pieces:";
    for (const auto& difference : found) differences += "\n  " + difference;
    return false;
  };
  if (!(attempt.template operator()<Config>() || ...)) {
    fail(folder.string(), ": this program knows no model of its shape; add one to examples/finetune_bert.cpp. It ",
         "differs", differences);
  }
}

void finetune(const Options& options) {
  const Task task = read_task(options);
  with_shape_of(options.folder, Known{}, [&]<models::BertConfig Config>() {
    if (options.adapters) {
      finetune_as<Config, LowRank<rank_of_adapters>>(options, task);
    } else {
      finetune_as<Config, float>(options, task);
    }
  });
}

void classify(const Options& options) {
  const data::LabelMap labels(data::read_lines(options.folder / "labels.txt"));
  with_shape_of(options.folder, Known{}, [&]<models::BertConfig Config>() {
    using Model = Classifier<Config>;
    const auto model = std::make_unique<Model>();
    io::load_published(*model, options.folder);
    const auto rows = rows_of<Model>({{0, options.sentence}}, tokenizer_of(options), labels.size(), options.cuts);
    for_each_prediction(
        *model, rows, [&](Token, Token found) { std::cout << labels.name(found) << '\n'; }, labels.size());
  });
}

int main(int argument_count, char** arguments) {
  Options pretraining, tuning;
  pretraining.optimizer.learning_rate = 1e-3f;
  pretraining.training = {.steps = 10000, .batch = 16, .evaluate_every = 500};
  tuning.optimizer.learning_rate = 5e-4f;
  tuning.training = {.epochs = 15, .batch = 16};

  CLI::App app{
      "Pretrains a small BERT on plain text, and fine-tunes it, or a published one, to classify sentences.\n"
      "A folder of weights holds config.json, model.safetensors and vocab.txt, as on the Hugging Face hub."};
  app.require_subcommand(1);
  const auto add_training = [](CLI::App& command, Options& options) {
    command.add_option("--batch", options.training.batch, "sequences a step")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command.add_option("--learning-rate", options.optimizer.learning_rate)
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command.add_option("--weight-decay", options.optimizer.weight_decay)
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--dropout", options.training.dropout)->capture_default_str()->check(CLI::Range(0.0, 0.9));
    command.add_option("--seed", options.training.seed, "decides first numbers, order and what is hidden")
        ->capture_default_str();
    command.add_flag("--cased", options.cased, "keep capitals and accents");
  };

  auto& first = *app.add_subcommand("pretrain", "learn to guess hidden words of plain text");
  first.add_option("folder", pretraining.folder, "where the model will be")->required();
  first.add_option("--text", pretraining.texts, "files of text, a sentence or a few on each line")->required();
  first.add_option("--steps", pretraining.training.steps)->capture_default_str()->check(CLI::NonNegativeNumber);
  add_training(first, pretraining);

  auto& second = *app.add_subcommand("finetune", "learn to classify from labelled sentences");
  second.add_option("folder", tuning.folder, "pretrained weights")->required();
  second.add_option("--train", tuning.train, "lines of a label, a space and a sentence")->required();
  second.add_option("--test", tuning.test, "such lines to judge the model by");
  second.add_option("--save", tuning.save, "a folder for the classifier");
  second.add_flag("--trec", tuning.is_trec, "the files are TREC's");
  second.add_option("--examples", tuning.examples, "use only so many labelled sentences; 0: all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  second.add_option("--epochs", tuning.training.epochs)->capture_default_str()->check(CLI::PositiveNumber);
  second.add_flag("--from-scratch", tuning.from_scratch, "start from random numbers, to compare");
  second.add_flag("--adapters", tuning.adapters, "freeze the model and train adapters of low rank (LoRA)");
  second.add_option("--layer-decay", tuning.decay, "each layer learns this much more slowly than the one above it")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  second.add_option("--unfreeze-every", tuning.unfreeze_every, "steps after which one layer more learns; 0: all do")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  second.add_option("--freeze", tuning.frozen, "so many layers never learn: 1 the embeddings, 2 also the first block")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  second.add_flag("--cut", tuning.cuts, "leave out what is too much in sentences that are too long");
  add_training(second, tuning);

  auto& third = *app.add_subcommand("classify", "tell the class of a sentence");
  third.add_option("folder", tuning.folder, "a classifier that was saved")->required();
  third.add_option("sentence", tuning.sentence)->required();
  third.add_flag("--cased", tuning.cased, "as in training");
  third.add_flag("--cut", tuning.cuts);
  CLI11_PARSE(app, argument_count, arguments);
  try {
    if (first) {
      pretrain(pretraining);
    } else if (second) {
      finetune(tuning);
    } else {
      classify(tuning);
    }
  } catch (const std::exception& error) {
    std::cerr << "finetune_bert: " << error.what() << '\n';
    return 1;
  }
}
