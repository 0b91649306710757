// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/text/utf8.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// How the bytes of a text file are read.
enum class Encoding {
  utf8,    ///< as UTF-8; a byte that is not fails
  bytes,   ///< as they are, valid UTF-8 or not
  latin1,  ///< as ISO-8859-1, one byte for each character; the lines are given in UTF-8
};

/// Reads a text file line by line, however large it is. Lines end with \n or \r\n, the last one also with the file.
/// A UTF-8 byte-order mark at the start of the file is dropped.
///
///   for (LineReader lines("input.txt"); lines.next();) use(lines.line(), lines.number());
class LineReader {
 public:
  explicit LineReader(std::filesystem::path path, Encoding encoding = Encoding::utf8)
      : path_(std::move(path)), encoding_(encoding) {
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    if (status.type() == std::filesystem::file_type::not_found) {
      fail(path_.string(), ": there is no such file; check the path");
    }
    if (std::filesystem::is_directory(status)) fail(path_.string(), ": this is a folder; name a file in it");
    file_.open(path_, std::ios::binary);
    if (!file_) fail(path_.string(), ": cannot be opened; check who may read it");
  }

  /// Goes to the next line; false after the last one.
  bool next() {
    const bool found = static_cast<bool>(std::getline(file_, line_));
    if (file_.bad()) fail(path_.string(), ": cannot be read on after line ", number_, "; check the disk");
    if (!found) return false;
    ++number_;
    line_end_ = file_.eof() ? "" : "\n";
    if (!line_end_.empty() && line_.ends_with('\r')) {
      line_.pop_back();
      line_end_ = "\r\n";
    }
    if (encoding_ == Encoding::utf8) check_utf8();
    if (number_ == 1 && line_.starts_with(byte_order_mark)) line_.erase(0, byte_order_mark.size());
    if (encoding_ == Encoding::latin1) decode_latin1();
    return true;
  }

  /// The line without its end; good until the next call of next().
  std::string_view line() const { return line_; }
  /// "\n" or "\r\n", or nothing where the file ends without one.
  std::string_view line_end() const { return line_end_; }
  /// The number of the line, from 1.
  Index number() const { return number_; }
  const std::filesystem::path& path() const { return path_; }

  /// Fails with the file and the line in front of the message.
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(path_.string(), ":", number_, ": ", parts...);
  }

 private:
  static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

  void check_utf8() const {
    for (std::size_t position = 0; position < line_.size();) {
      const std::size_t start = position;
      const text::Symbol symbol = text::read_symbol(line_, position);
      if (symbol < text::stray_byte) continue;
      refuse("byte ", start + 1, " of the line is 0x", text::hexadecimal(symbol - text::stray_byte, 2),
             ", which is not valid UTF-8; convert the file, or read it as Encoding::latin1 or Encoding::bytes");
    }
  }

  void decode_latin1() {
    std::string decoded;
    for (const char byte : line_) text::append_symbol(decoded, static_cast<unsigned char>(byte));
    line_ = std::move(decoded);
  }

  std::filesystem::path path_;
  Encoding encoding_;
  std::ifstream file_;
  std::string line_;
  std::string_view line_end_;
  Index number_ = 0;
};

/// All lines of a text file, without their ends; line number n is at n - 1.
inline std::vector<std::string> read_lines(const std::filesystem::path& path, Encoding encoding = Encoding::utf8) {
  std::vector<std::string> lines;
  for (LineReader reader(path, encoding); reader.next();) lines.emplace_back(reader.line());
  return lines;
}

}  // namespace transfix::inline TRANSFIX_ABI::data
