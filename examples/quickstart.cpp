// SPDX-License-Identifier: MIT
// Trains a small GPT on the characters of a text, saves it and writes with it. Run it by examples/quickstart.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <transfix/io/safetensors.hpp>
#include <transfix/report/html_report.hpp>
#include <transfix/report/training_log.hpp>
#include <transfix/text.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/interrupt.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

// nanoGPT's configuration for a CPU. The vocabulary is a maximum: fewer different characters will do.
#ifndef QUICKSTART_VOCABULARY
#define QUICKSTART_VOCABULARY 128
#endif
#ifndef QUICKSTART_THREADS
#define QUICKSTART_THREADS 2
#endif
using Model = models::Gpt<models::GptConfig{
    .vocabulary = QUICKSTART_VOCABULARY, .context = 64, .width = 128, .heads = 4, .layers = 4, .bias = false}>;
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<QUICKSTART_THREADS>>;

struct Options {
  std::string text, model = "quickstart.safetensors", checkpoint, log, report, prompt = "\n";
  bool generates = false;
  optim::AdamW optimizer{.learning_rate = 4e-3f};
  TrainingSettings training{.steps = 2000, .batch = 12, .seed = 1337};
  GenerationSettings generation{.tokens = 500, .temperature = 0.8};
};

/// Shows what the model writes, as it writes it, and returns it.
std::string write(const Model& model, const text::CharacterTokenizer& tokenizer, const Options& options) {
  const auto prompt = tokenizer.encode(options.prompt);
  std::string text = options.prompt;
  std::cout << text;
  generate(model, prompt, options.generation, [&](const Token& token) {
    if (token >= tokenizer.size()) return;
    text += tokenizer.decode({&token, 1});
    std::cout << tokenizer.decode({&token, 1}) << std::flush;
  });
  std::cout << '\n';
  return text;
}

void train(const Options& options) {
  const auto corpus = text::read_file(options.text);
  const auto tokenizer = text::CharacterTokenizer::fit(corpus);
  if (tokenizer.size() > Model::vocabulary) {
    fail(options.text, " has ", tokenizer.size(), " different characters and the model was built for ",
         Model::vocabulary, ": run examples/quickstart --vocabulary ", tokenizer.size(), " --text ", options.text);
  }
  tokenizer.encode(options.prompt);  // a prompt that cannot be used is found before the training
  std::error_code unknown;
  if (std::filesystem::equivalent(options.text, options.model, unknown)) {
    fail(options.model, ": this is the text itself; name another file for the model with --model");
  }
  io::check_writable(options.model);
  report::TrainingLog log(options.log);
  report::HtmlReport page("A GPT on the characters of " + options.text, options.report);
  const auto [training_tokens, validation_tokens] = data::split(tokenizer.encode(corpus), 0.9);
  std::cerr << options.text << ": " << corpus.size() << " bytes, " << tokenizer.size() << " different characters\n";

  Training trainer{options.optimizer, options.training};
  const auto result = trainer.fit(data::next_token_windows<Model::context>(training_tokens),
                                  data::next_token_windows<Model::context>(validation_tokens), ProgressLine(),
                                  Checkpoint{options.checkpoint}, log, StopOnInterrupt());
  io::save(trainer.model(), options.model, {{"alphabet", tokenizer.alphabet()}});
  std::cerr << "saved " << options.model << "\n\n";
  std::cout << "validation loss " << result.validation_loss << "\n\n";
  const auto sample = write(trainer.model(), tokenizer, options);
  page.add_run(trainer, log.lines(), {{"text", options.text}});
  page.add_attention(trainer.model(), tokenizer.encode(sample), [&](Token token) {
    return tokenizer.decode({&token, 1});
  });
  page.add_samples({{"What the model writes:", sample}});
  page.save();
}

void generate_from_file(const Options& options) {
  const auto model = std::make_unique<Model>();
  const auto metadata = io::load(*model, options.model);
  const auto alphabet = metadata.find("alphabet");
  if (alphabet == metadata.end()) {
    fail(options.model, ": the file has no alphabet; it was not saved by quickstart");
  }
  write(*model, text::CharacterTokenizer::from_alphabet(alphabet->second), options);
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{"Trains a GPT on the characters of a text, saves it and writes with it."};
  app.add_option("--text", options.text, "the text to train on");
  app.add_option("--model", options.model, "file of the trained model")->capture_default_str();
  app.add_flag("--generate", options.generates, "write with the saved model instead of training one");
  app.add_option("--checkpoint", options.checkpoint, "file to go on from after an interruption");
  app.add_option("--log", options.log, "file of losses, .csv, .jsonl or .tfevents, written as the training goes");
  app.add_option("--report", options.report, "HTML page of the run: curves, settings, attention, a sample");
  app.add_option("--steps", options.training.steps, "training steps")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch", options.training.batch, "sequences a step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--learning-rate", options.optimizer.learning_rate)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seed", options.training.seed, "decides first numbers and order of the data")->capture_default_str();
  app.add_option("--prompt", options.prompt, "what the writing starts with (default: a new line)");
  app.add_option("--tokens", options.generation.tokens, "characters to write")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--temperature", options.generation.temperature, "0 takes the likeliest character")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--top-k", options.generation.top_k, "only the likeliest K characters; 0: all")->capture_default_str();
  app.add_option("--top-p", options.generation.top_p, "only the likeliest characters up to this probability")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  CLI11_PARSE(app, argument_count, arguments);
  try {
    options.generation.seed = options.training.seed;
    if (options.generates) {
      generate_from_file(options);
    } else if (options.text.empty()) {
      fail("give a text to train on with --text FILE, or --generate to write with a saved model");
    } else {
      train(options);
    }
  } catch (const std::exception& error) {
    std::cerr << "quickstart: " << error.what() << '\n';
    return 1;
  }
}
