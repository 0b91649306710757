// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/token_file.hpp>
#include <tuple>

namespace transfix::inline TRANSFIX_ABI::data {

/// Writes a token file piece by piece, so that it may be larger than memory:
///
///   TokenFileWriter file("corpus.tokens", tokenizer.size());
///   for (LineReader lines("corpus.txt"); lines.next();) file.append(tokenizer.encode(lines.line()));
///   file.finish();
///
/// The file appears under its name as a whole, when it is finished; without that, as after an error, it does not, and
/// one of that name that was there before stays as it was. A token takes 2 bytes where the vocabulary has at most
/// 65,536 entries, and 4 bytes otherwise. Fails on a token that is not in the vocabulary.
class TokenFileWriter {
 public:
  TokenFileWriter(const std::filesystem::path& path, Index vocabulary) : path_(path), vocabulary_(vocabulary) {
    if (vocabulary < 1 || vocabulary > Index{1} << 31) {
      fail(name(), ": a token file cannot have a vocabulary of ", vocabulary, "; give the size of the tokenizer");
    }
    std::error_code error;
    if (const auto linked = std::filesystem::canonical(path, error); !error) path_ = linked;
    const auto status = std::filesystem::status(path_, error);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      fail(name(), ": this is not a plain file; choose another path to write to");
    }
    header_.token_bytes = vocabulary <= 65536 ? 2 : 4;
    std::tie(temporary_, file_) = io::detail::create_beside(path_);
    write(std::string(TokenFileHeader::bytes, '\0'));  // takes the place of the header, which is known at the end
  }
  TokenFileWriter(const TokenFileWriter&) = delete;
  TokenFileWriter& operator=(const TokenFileWriter&) = delete;
  ~TokenFileWriter() { discard(); }

  /// How many tokens were appended.
  Index size() const { return static_cast<Index>(header_.count); }

  void append(std::span<const Token> tokens) {
    check_open();
    std::string bytes;
    bytes.reserve(tokens.size() * header_.token_bytes);
    std::uint64_t limit = header_.token_limit;
    for (const Token& token : tokens) {
      if (token < 0 || token >= vocabulary_) {
        fail(name(), ": token ", size() + (&token - tokens.data()), " would be ", token,
             ", which is not in the vocabulary of ", vocabulary_);
      }
      limit = std::max(limit, static_cast<std::uint64_t>(token) + 1);
      detail::append_little_endian(bytes, static_cast<std::uint64_t>(token), header_.token_bytes);
    }
    write(bytes);
    header_.token_limit = limit;
    header_.count += tokens.size();
  }

  /// Writes what is left down to the disk and puts the file in its place.
  void finish() {
    check_open();
    std::string start(TokenFileHeader::kind);
    detail::append_little_endian(start, TokenFileHeader::version, 4);
    detail::append_little_endian(start, header_.token_bytes, 4);
    detail::append_little_endian(start, header_.count, 8);
    detail::append_little_endian(start, header_.token_limit, 8);
    if (std::fseek(file_.get(), 0, SEEK_SET) != 0) give_up(errno);
    const std::string_view pieces[] = {start};
    if (const int problem = io::detail::write_and_close(std::move(file_), pieces)) give_up(problem);
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    if (std::filesystem::exists(status)) std::filesystem::permissions(temporary_, status.permissions(), error);
    std::filesystem::rename(temporary_, path_, error);
    if (error) give_up(error.value());
    temporary_.clear();
    io::detail::sync_folder(path_.parent_path());
  }

 private:
  std::string name() const { return path_.string(); }

  void check_open() const {
    if (!file_) fail(name(), ": this token file is closed; start another TokenFileWriter");
  }

  void write(const std::string& bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) give_up(errno);
  }

  [[noreturn]] void give_up(int problem) {
    discard();
    fail(name(), ": cannot be written (", io::detail::reason(problem),
         "); what was there before is untouched. Make room or choose another path");
  }

  void discard() {
    file_.reset();
    std::error_code error;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, error);
    temporary_.clear();
  }

  std::filesystem::path path_, temporary_;
  Index vocabulary_;
  TokenFileHeader header_;
  io::detail::File file_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
