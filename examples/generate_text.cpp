// Writes with published weights: GPT-2 and Llama as transformers keeps them, and models of llama2.c.
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <transfix/generate/generator.hpp>
#include <transfix/io/published/gpt2.hpp>
#include <transfix/io/published/llama2c.hpp>
#include <transfix/text/gpt2_files.hpp>
#include <transfix/text/score_pairs.hpp>
#include <transfix/text/tokenizer_file.hpp>

using namespace transfix;
namespace fs = std::filesystem;

// The shapes that this program knows. A line more, here and in the list below, is a model more.
using Gpt2Small = models::Gpt<models::GptConfig{}>;
using DistilGpt2 = models::Gpt<models::GptConfig{.layers = 6}>;

constexpr models::LlamaConfig stories(Index vocabulary, Index context, Index width, Index hidden, Index heads,
                                      Index key_heads, Index layers) {
  return {.vocabulary = vocabulary,
          .context = context,
          .width = width,
          .hidden = hidden,
          .heads = heads,
          .key_heads = key_heads,
          .layers = layers,
          .tied = true,
          .pairs = RotaryPairs::neighbours};
}
using Stories260K = models::Llama<stories(512, 512, 64, 172, 8, 4, 5)>;
using Stories15M = models::Llama<stories(32000, 256, 288, 768, 6, 6, 6)>;

template <class... Model>
struct Models {};
using KnownGpts = Models<Gpt2Small, DistilGpt2>;
using KnownLlamas = Models<Stories260K, Stories15M>;

struct Options {
  fs::path folder, tokenizer;
  std::string prompt;
  Index tokens = 200;
  std::uint64_t seed = 0;
  Sampling sampling{.temperature = 0.8, .top_p = 0.95};
};

/// What a model starts from, the tokens that end its text, and what each token is in bytes.
struct Language {
  std::vector<Token> start, ends;
  std::function<std::string(Token)> bytes;
};

template <class Model>
void write(const Model& model, const Language& language, const Options& options) {
  const auto generator = std::make_unique<Generator<Model>>(model, options.seed);
  std::cout << options.prompt << std::flush;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i + 1 < language.start.size(); ++i) generator->read(language.start[i]);
  Token token = language.start.back();
  Index written = 0;
  for (; written < options.tokens; ++written) {
    token = generator->step(token, options.sampling);
    if (std::find(language.ends.begin(), language.ends.end(), token) != language.ends.end()) break;
    std::string bytes = language.bytes(token);
    if (written == 0 && options.prompt.empty() && bytes.starts_with(' ')) bytes.erase(0, 1);
    std::cout << bytes << std::flush;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const Index steps = std::ssize(language.start) + written - 1;
  std::cout << '\n';
  std::cerr << static_cast<Index>(static_cast<double>(steps) / seconds.count()) << " tokens a second\n";
}

/// Writes with the one of the known models that the weights are for.
///   differences(tag): how the weights and a model differ; load(model): reads them
template <class... Model>
void write_with_one_of(Models<Model...>, const fs::path& weights, const Language& language, const Options& options,
                       auto&& differences, auto&& load) {
  std::string closest;
  std::size_t fewest = SIZE_MAX;
  const auto attempt = [&]<class One>(std::type_identity<One> tag) {
    const auto found = differences(tag);
    if (!found.empty()) {
      if (found.size() < fewest) closest = found.front();
      fewest = std::min(fewest, found.size());
      return false;
    }
    const auto model = std::make_unique<One>();
    load(*model);
    write(*model, language, options);
    return true;
  };
  if (!(attempt(std::type_identity<Model>{}) || ...)) {
    fail(weights.string(), ": this program knows no model of its shape; add one to examples/generate_text.cpp. Of the ",
         sizeof...(Model), " that it knows, the closest differs in ", fewest,
         fewest == 1 ? " thing: " : " things, as in: ", closest);
  }
}

/// The first of these files that is there.
fs::path find(const Options& options, std::initializer_list<const char*> names) {
  std::string tried;
  for (const char* name : names) {
    if (fs::exists(options.folder / name)) return options.folder / name;
    tried += (tried.empty() ? "" : " or ") + std::string(name);
  }
  fail(options.folder.string(), ": there is no ", tried, " in this folder; copy it there");
}

void write_as_gpt2(const Options& options) {
  const auto vocabulary = find(options, {"vocab.json", "encoder.json", "tokenizer.json"});
  const auto tokenizer = vocabulary.filename() == "tokenizer.json"
                             ? text::read_tokenizer<text::BytePairEncoding>(vocabulary)
                             : text::read_gpt2(vocabulary, find(options, {"merges.txt", "vocab.bpe"}));
  const Token end = tokenizer.token(tokenizer.special().end);
  auto start = tokenizer.encode(options.prompt);
  if (start.empty()) start.push_back(end);  // it stood between the texts that GPT-2 was trained on
  const Language language{start, {end}, [&](Token token) { return tokenizer.decode({&token, 1}); }};
  write_with_one_of(
      KnownGpts{}, options.folder, language, options,
      [&]<class Model>(std::type_identity<Model>) { return io::compare_published<Model>(options.folder); },
      [&](auto& model) { io::load_published(model, options.folder); });
}

/// `weights` is a model file of llama2.c, or a folder of transformers'.
void write_as_llama(const fs::path& weights, const Options& options) {
  const auto file =
      options.tokenizer.empty() ? find(options, {"tokenizer.bin", "tok512.bin", "tokenizer.json"}) : options.tokenizer;
  const auto tokenizer =
      file.extension() == ".json" ? text::read_tokenizer<text::ScorePairs>(file) : text::read_llama2c_tokenizer(file);
  const Token begin = tokenizer.token(tokenizer.special().begin), end = tokenizer.token(tokenizer.special().end);
  auto start = tokenizer.encode(options.prompt);
  start.insert(start.begin(), begin);
  // Where texts were joined in training, the begin of the next one is the end of this one.
  const Language language{start, {begin, end}, [&](Token token) { return tokenizer.bytes(token); }};
  const bool is_folder = fs::is_directory(weights);
  write_with_one_of(
      KnownLlamas{}, weights, language, options,
      [&]<class Model>(std::type_identity<Model>) {
        return is_folder ? io::compare_published<Model>(weights) : io::compare_llama2c<Model>(weights);
      },
      [&](auto& model) { is_folder ? io::load_published(model, weights) : io::load_llama2c(model, weights); });
}

void write_from_folder(const Options& options) {
  if (!fs::is_directory(options.folder)) fail(options.folder.string(), ": this is no folder; name one with weights");
  const auto config = options.folder / "config.json";
  if (!fs::exists(config)) {
    return write_as_llama(find(options, {"model.bin", "stories260K.bin", "stories15M.bin"}), options);
  }
  const auto document = nlohmann::json::parse(io::read_bytes(config), nullptr, false);
  const auto type = document.is_object() ? document.value("model_type", nlohmann::json()) : nlohmann::json();
  if (type == "gpt2") return write_as_gpt2(options);
  if (type == "llama") return write_as_llama(options.folder, options);
  fail(config.string(), ": its \"model_type\" is ", type.dump(), "; this program writes with \"gpt2\" and \"llama\"");
}

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app{
      "Writes with published weights.\n\n"
      "The folder holds one of\n"
      "  config.json, model.safetensors, vocab.json, merges.txt   GPT-2, DistilGPT2 (from the Hugging Face hub)\n"
      "  config.json, model.safetensors, tokenizer.json           the same, and Llama\n"
      "  config.json, model.safetensors, tokenizer.bin            Llama (tokenizer.bin: as llama2.c writes it)\n"
      "  stories15M.bin, tokenizer.bin                            llama2.c\n"
      "  stories260K.bin, tok512.bin                              llama2.c\n"};
  app.add_option("folder", options.folder, "where the weights are")->required();
  app.add_option("--prompt", options.prompt, "what the writing starts with");
  app.add_option("--tokens", options.tokens, "the most tokens to write")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--temperature", options.sampling.temperature, "0 takes the likeliest token")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--top-k", options.sampling.top_k, "only the likeliest K tokens; 0: all")->capture_default_str();
  app.add_option("--top-p", options.sampling.top_p, "only the likeliest tokens up to this probability")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--seed", options.seed, "decides what is written at a temperature above 0")->capture_default_str();
  app.add_option("--tokenizer", options.tokenizer, "a tokenizer file that is elsewhere: tokenizer.json, or llama2.c's");
  CLI11_PARSE(app, argument_count, arguments);
  try {
    write_from_folder(options);
  } catch (const std::exception& error) {
    std::cerr << "generate_text: " << error.what() << '\n';
    return 1;
  }
}
