// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/byte_pair_encoding.hpp>
#include <transfix/text/lines.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Reads the two files in which GPT-2's encoding was published, or others of their kind: `encoder` (encoder.json or
/// vocab.json), an object of tokens and their numbers, and `merges` (vocab.bpe or merges.txt), a line for each merge.
/// The special tokens are those that are named here.
inline BytePairEncoding read_gpt2(const std::filesystem::path& encoder, const std::filesystem::path& merges,
                                  const SpecialTokens& special = {.end = "<|endoftext|>"}) {
  const std::string origin = encoder.string();
  const auto document = detail::read_json(encoder);
  if (!document.is_object()) fail(origin, ": not an object of tokens and their numbers; give GPT-2's encoder.json");
  const auto names = special.names();
  std::vector<BytePairToken> list(document.size());
  for (const auto& [text, number] : document.items()) {
    if (!number.is_number_unsigned() || number.get<std::size_t>() >= list.size()) {
      fail(origin, ": the number of ", shown(text), " is none of 0 .. ", list.size() - 1, "; mend the file");
    }
    BytePairToken& token = list[number.get<std::size_t>()];
    if (!token.text.empty()) {
      fail(origin, ": ", shown(text), " has the number ", number.get<std::size_t>(),
           " of another token; mend the file");
    }
    token.special = std::find(names.begin(), names.end(), text) != names.end();
    const auto bytes = token.special ? text : from_byte_alphabet(text);
    if (!bytes)
      fail(origin, ": ", shown(text), " is not written in GPT-2's byte alphabet; is it a special token to name?");
    token.text = *bytes;
  }
  BytePairTokens tokens(std::move(list), special, origin);
  MergeTable table;
  for_each_line(io::read_bytes(merges), [&](std::string_view line, Index number) {
    const bool header = number == 1 && line.starts_with("#version");
    if (!header && !line.empty()) tokens.read_merge(line, merges.string() + ":" + std::to_string(number), table);
  });
  return BytePairEncoding(std::move(tokens), std::move(table));
}

}  // namespace transfix::inline TRANSFIX_ABI::text
