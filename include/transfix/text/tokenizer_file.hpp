// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <set>
#include <transfix/text/byte_pair_encoding.hpp>
#include <transfix/text/score_pairs.hpp>
#include <transfix/text/word_piece.hpp>
#include <variant>

namespace transfix::inline TRANSFIX_ABI::text {

/// What a tokenizer.json may hold that is known here.
using PublishedTokenizer = std::variant<BytePairEncoding, WordPiece, ScorePairs>;

namespace detail {
/// A tokenizer.json of the Hugging Face tokenizers library, and what of it is not known here.
class TokenizerFile {
 public:
  explicit TokenizerFile(const std::filesystem::path& path) : origin_(path.string()), document_(read_json(path)) {
    const auto model = at("/model"), type = at("/model/type");
    if (!model.is_object()) {
      fail(origin_, ": there is no object \"model\" in it; give a tokenizer.json as the tokenizers library writes it");
    }
    if (type == "WordPiece") {
      read_words();
    } else if (type == "BPE" || (type.is_null() && model.contains("merges"))) {
      at("/model/byte_fallback") == true ? read_scores() : read_bytes();
    } else {
      fail(origin_, ": its \"model\" is of the type ", shown(io::written_json(type)),
           "; BPE and WordPiece are supported");
    }
  }

  PublishedTokenizer take() { return std::move(*found_); }

 private:
  /// A part of the file, or null.
  nlohmann::json at(const std::string& place) const {
    const nlohmann::json::json_pointer pointer(place);
    return document_.contains(pointer) ? document_.at(pointer) : nlohmann::json();
  }

  /// Notes a part whose JSON is none of those that our tokenizer does the same as.
  void need(const std::string& place, std::initializer_list<std::string_view> known) {
    const std::string value = io::written_json(at(place));
    if (std::find(known.begin(), known.end(), value) != known.end()) return;
    std::string list;
    for (const auto& one : known) list += (list.empty() ? "" : " or ") + std::string(one);
    unknown_ += "\n  " + place.substr(1) + " is " + shown(value) + "; supported is " + list;
  }
  void fail_if_unknown() const {
    if (!unknown_.empty()) fail(origin_, ": this tokenizer does what is not supported:", unknown_);
  }

  /// The texts of all tokens in the order of their numbers. Gathers the names of special ones.
  std::vector<std::string> tokens() {
    std::map<std::size_t, std::string> numbered;
    const auto add = [&](const std::string& text, const nlohmann::json& number) {
      if (!number.is_number_unsigned()) fail(origin_, ": the number of the token ", shown(text), " is missing");
      const auto [place, added] = numbered.try_emplace(number.get<std::size_t>(), text);
      if (!added && place->second != text) {
        fail(origin_, ": the tokens ", shown(place->second), " and ", shown(text), " have the same number, ",
             place->first, "; mend the file");
      }
    };
    const auto vocabulary = at("/model/vocab"), added = at("/added_tokens");
    if (!vocabulary.is_object()) fail(origin_, ": \"model\" has no object \"vocab\" of tokens and their numbers");
    for (const auto& [text, number] : vocabulary.items()) add(text, number);
    for (const auto& token : added.is_array() ? added : nlohmann::json::array()) {
      const auto content = token.is_object() ? token.value("content", nlohmann::json()) : nlohmann::json();
      if (!content.is_string()) fail(origin_, ": one of \"added_tokens\" has no \"content\"; mend the file");
      const std::string text = content;
      add(text, token.value("id", nlohmann::json()));
      if (token.value("special", nlohmann::json()) == true) {
        names_.insert(text);
      } else {
        unknown_ += "\n  added_tokens has " + shown(text) + ", which is not special; supported are special ones";
      }
    }
    std::vector<std::string> list;
    for (const auto& [number, text] : numbered) {
      if (number != list.size()) fail(origin_, ": no token has the number ", list.size(), "; mend the file");
      list.push_back(text);
    }
    return list;
  }

  /// The roles of the special tokens, told by their customary names.
  SpecialTokens special() const {
    const auto first = [&](std::initializer_list<const char*> customary) -> std::string {
      for (const char* name : customary) {
        if (names_.contains(name)) return name;
      }
      return {};
    };
    SpecialTokens special{.padding = first({"[PAD]", "<pad>"}),
                          .unknown = first({"[UNK]", "<unk>"}),
                          .begin = first({"[CLS]", "<s>"}),
                          .end = first({"[SEP]", "</s>", "<|endoftext|>"}),
                          .mask = first({"[MASK]", "<mask>"}),
                          .separator = first({"[SEP]"})};
    const auto known = special.names();
    std::copy_if(names_.begin(), names_.end(), std::back_inserter(special.others),
                 [&](const std::string& name) { return std::find(known.begin(), known.end(), name) == known.end(); });
    return special;
  }

  /// Calls visit(left, right) for each merge, written "left right" or ["left", "right"].
  void for_each_merge(auto&& visit) const {
    const auto merges = at("/model/merges");
    if (!merges.is_array()) fail(origin_, ": \"model\" has no list \"merges\"");
    for (const auto& merge : merges) {
      if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        visit(merge[0].get<std::string>(), merge[1].get<std::string>());
        continue;
      }
      const std::string text = merge.is_string() ? merge.get<std::string>() : "";
      const std::size_t space = text.find(' ');
      if (space == text.npos || text.find(' ', space + 1) != text.npos)
        fail(origin_, ": the merge ", shown(io::written_json(merge)), " is not two tokens");
      visit(text.substr(0, space), text.substr(space + 1));
    }
  }

  void need_plain_merges() {
    need("/model/dropout", {"null", "0.0"});
    need("/model/continuing_subword_prefix", {"null", "\"\""});
    need("/model/end_of_word_suffix", {"null", "\"\""});
    need("/model/ignore_merges", {"null", "false"});
  }

  // GPT-2, RoBERTa
  void read_bytes() {
    need("/normalizer", {"null"});
    need("/pre_tokenizer/type", {"\"ByteLevel\""});
    need("/pre_tokenizer/add_prefix_space", {"false"});
    need("/pre_tokenizer/use_regex", {"null", "true"});
    need_plain_merges();
    auto texts = tokens();
    fail_if_unknown();
    std::vector<BytePairToken> list;
    for (std::string& text : texts) {
      const bool is_special = names_.contains(text);
      const auto bytes = is_special ? text : from_byte_alphabet(text);
      if (!bytes) fail(origin_, ": ", shown(text), " is not written in GPT-2's byte alphabet, and is not special");
      list.push_back({*bytes, is_special});
    }
    BytePairTokens tokens(std::move(list), special(), origin_);
    MergeTable merges;
    for_each_merge([&](const std::string& left, const std::string& right) {
      tokens.read_merge(left + " " + right, origin_, merges);
    });
    found_.emplace(BytePairEncoding(std::move(tokens), std::move(merges)));
  }

  // BERT
  void read_words() {
    need("/normalizer/type", {"\"BertNormalizer\""});
    need("/normalizer/clean_text", {"true"});
    need("/normalizer/handle_chinese_chars", {"true"});
    need("/normalizer/lowercase", {"true", "false"});
    const bool lower_case = at("/normalizer/lowercase") == true;
    need("/normalizer/strip_accents", {"null", lower_case ? "true" : "false"});
    need("/pre_tokenizer/type", {"\"BertPreTokenizer\""});
    need("/model/continuing_subword_prefix", {"\"##\""});
    auto texts = tokens();
    fail_if_unknown();
    const auto unknown = at("/model/unk_token"), longest = at("/model/max_input_chars_per_word");
    if (!unknown.is_string() || !longest.is_number_unsigned()) {
      fail(origin_, ": \"model\" lacks \"unk_token\" or \"max_input_chars_per_word\"; mend the file");
    }
    names_.insert(unknown.get<std::string>());
    auto roles = special();
    roles.unknown = unknown;
    found_.emplace(WordPiece(Vocabulary(std::move(texts), std::move(roles), origin_),
                             {.lower_case = lower_case, .longest_word = longest.get<Index>()}));
  }

  // Llama. Its merges must be all pairs of pieces that make a piece, in the order of what they make: then they say the
  // same as scores.
  void read_scores() {
    need("/normalizer", {R"({"normalizers":[{"prepend":"▁","type":"Prepend"},)"
                         R"({"content":"▁","pattern":{"String":" "},"type":"Replace"}],"type":"Sequence"})"});
    need("/pre_tokenizer", {"null"});
    need_plain_merges();
    const auto texts = tokens();
    fail_if_unknown();
    TextMap<float> scores;
    TextMap<std::set<std::string>> ways;  // how each piece may be made
    std::string last;
    for_each_merge([&](const std::string& left, const std::string& right) {
      const std::string result = left + right;
      const bool is_new = scores.try_emplace(result, -static_cast<float>(scores.size())).second;
      if (!is_new && result != last) {
        fail(origin_, ": the merges that make ", shown(result), " do not follow each other, which is not supported");
      }
      ways[result].insert(left);
      last = result;
    });
    const std::set<std::string, std::less<>> known(texts.begin(), texts.end());
    std::vector<ScoredPiece> pieces;
    for (const std::string& text : texts) {
      const auto score = scores.find(text);
      if (!names_.contains(text)) check_all_ways(text, ways[text], known);
      pieces.push_back(
          {with_spaces(text), score == scores.end() ? std::numeric_limits<float>::lowest() : score->second});
    }
    found_.emplace(ScorePairs(std::move(pieces), special(), origin_));
  }
  void check_all_ways(std::string_view text, const std::set<std::string>& ways,
                      const std::set<std::string, std::less<>>& known) const {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      const auto left = text.substr(0, cut), right = text.substr(cut);
      if (!known.contains(left) || !known.contains(right) || ways.contains(std::string(left))) continue;
      fail(origin_, ": there is no merge of ", shown(std::string(left)), " and ", shown(std::string(right)),
           ", though ", shown(std::string(text)), " is a piece, which is not supported");
    }
  }
  static std::string with_spaces(std::string text) {
    constexpr std::string_view mark = "▁";
    for (std::size_t place; (place = text.find(mark)) != text.npos;) text.replace(place, mark.size(), 1, ' ');
    return text;
  }

  std::string origin_, unknown_;
  nlohmann::json document_;
  std::set<std::string> names_;  // of special tokens
  std::optional<PublishedTokenizer> found_;
};
}  // namespace detail

/// Reads a tokenizer.json of the Hugging Face tokenizers library: byte-level BPE (GPT-2, RoBERTa), WordPiece with
/// BERT's normalizer, or BPE with byte fallback (Llama, Llama 2; of pairs that make the same piece the leftmost comes
/// first, as in SentencePiece). An error names each part that would make other tokens than ours. What is about
/// sequences and not about text is passed over: truncation, padding, the post processor, and the decoder; special
/// tokens are put around a text by the program; whether one that is written in a text takes the spaces beside it is
/// passed over too.
///   const auto tokenizer = text::read_tokenizer("gpt2/tokenizer.json");   // any of them: std::visit
///   const auto bert = text::read_tokenizer<text::WordPiece>("bert/tokenizer.json");
inline PublishedTokenizer read_tokenizer(const std::filesystem::path& path) {
  return detail::TokenizerFile(path).take();
}
template <class Tokenizer>
Tokenizer read_tokenizer(const std::filesystem::path& path) {
  auto found = read_tokenizer(path);
  if (auto* const wanted = std::get_if<Tokenizer>(&found)) return std::move(*wanted);
  constexpr const char* kinds[] = {"a BytePairEncoding", "a WordPiece", "a ScorePairs"};
  fail(path.string(), ": this tokenizer is ", kinds[found.index()], ", and another was asked for; give its file");
}

}  // namespace transfix::inline TRANSFIX_ABI::text
