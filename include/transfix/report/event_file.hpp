// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <transfix/io/file.hpp>
#include <transfix/report/log_line.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {
/// CRC-32C (Castagnoli), the reflected polynomial 0x82F63B78, as of RFC 3720.
inline std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t remainder = byte;
      for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0x82F63B78u : 0);
      entries[byte] = remainder;
    }
    return entries;
  }();
  std::uint32_t remainder = 0xFFFFFFFF;
  for (const char byte : bytes) {
    remainder = remainder >> 8 ^ table[(remainder ^ static_cast<unsigned char>(byte)) & 0xFF];
  }
  return ~remainder;
}

/// Whole numbers in the order of little-endian machines.
template <std::unsigned_integral Number>
std::string little_endian(Number number) {
  std::string bytes;
  for (std::size_t place = 0; place < sizeof number; ++place) bytes += static_cast<char>(number >> (8 * place) & 0xFF);
  return bytes;
}
template <std::unsigned_integral Number>
Number from_little_endian(std::string_view bytes) {
  Number number = 0;
  for (std::size_t place = 0; place < sizeof number; ++place) {
    number |= static_cast<Number>(Number{static_cast<unsigned char>(bytes[place])} << (8 * place));
  }
  return number;
}

/// A record of TFRecord: its length, the bytes, and after each a checksum that is turned so that checksums of
/// checksums are no trouble.
inline std::string masked_checksum(std::string_view bytes) {
  return little_endian(std::rotr(crc32c(bytes), 15) + 0xA282EAD8u);
}
inline std::string record(std::string_view bytes) {
  const std::string length = little_endian(std::uint64_t{bytes.size()});
  return length + masked_checksum(length) + std::string(bytes) + masked_checksum(bytes);
}

/// Fields of protocol buffers: a number with how the value is written, and the value.
enum class WireType { varint = 0, eight_bytes = 1, sized = 2, four_bytes = 5 };

inline std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
  return bytes + static_cast<char>(number);
}
inline std::string field(std::uint32_t number, WireType type, std::string_view value) {
  const std::string size = type == WireType::sized ? varint(value.size()) : "";
  return varint(number << 3 | static_cast<std::uint32_t>(type)) + size + std::string(value);
}

/// Visits the fields of a message, visit(number, value); false where it is damaged. Values of varints are their bytes.
bool for_each_field(std::string_view message, auto visit) {
  const auto take = [&message](std::size_t count) {
    const auto part = message.substr(0, count);
    message.remove_prefix(std::min(count, message.size()));
    return part;
  };
  const auto take_varint = [&] {
    std::size_t length = 0;
    while (length < message.size() && (message[length] & 0x80) != 0) ++length;
    return take(length + 1);
  };
  const auto value_of = [](std::string_view bytes) {
    std::uint64_t number = 0;
    for (std::size_t place = std::min(bytes.size(), std::size_t{10}); place-- > 0;) {
      number = number << 7 | (static_cast<unsigned char>(bytes[place]) & 0x7F);
    }
    return number;
  };
  while (!message.empty()) {
    const std::uint64_t key = value_of(take_varint());
    std::uint64_t size = 0;
    switch (static_cast<WireType>(key & 7)) {
      case WireType::varint:
        visit(key >> 3, little_endian(value_of(take_varint())));
        continue;
      case WireType::eight_bytes:
        size = 8;
        break;
      case WireType::sized:
        size = value_of(take_varint());
        break;
      case WireType::four_bytes:
        size = 4;
        break;
      default:
        return false;
    }
    if (size > message.size()) return false;
    visit(key >> 3, std::string(take(size)));
  }
  return true;
}
}  // namespace detail

/// The event files that TensorBoard shows, a record for each LogLine. Curves are named as the members of LogLine; they
/// have the numbers in single precision, and the seconds as times.
class EventRecords {
 public:
  std::string head() const { return detail::record(event(begin_, 0) + detail::field(3, Wire::sized, version)); }

  std::string encode(const LogLine& line) const {
    std::string summary;
    for (const auto& column : detail::log_columns) {
      const double number = line.*column.number;
      if (column.number == &LogLine::seconds || std::isnan(number)) continue;
      const auto value = detail::little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
      summary += detail::field(1, Wire::sized,
                               detail::field(1, Wire::sized, column.name) + detail::field(2, Wire::four_bytes, value));
    }
    return detail::record(event(begin_ + line.seconds, line.step) + detail::field(5, Wire::sized, summary));
  }

  /// Fails on a file of anything else; what a killed run left of its last record is not read. A file that goes on keeps
  /// the time at which it began.
  std::vector<LogLine> read(const std::filesystem::path& path) {
    const std::string bytes = io::read_bytes(path);
    constexpr std::size_t before = 12, after = 4;  // bytes of a record around its data
    std::vector<LogLine> lines;
    std::string_view rest = bytes;
    Index number = 0;
    for (; rest.size() >= before + after; ++number) {
      const auto size = detail::from_little_endian<std::uint64_t>(rest);
      const bool length_is_good = rest.substr(8, 4) == detail::masked_checksum(rest.substr(0, 8));
      if (length_is_good && size > rest.size() - before - after) break;
      const auto data = rest.substr(before, length_is_good ? static_cast<std::size_t>(size) : 0);
      if (!length_is_good || rest.substr(before + data.size(), after) != detail::masked_checksum(data)) {
        refuse(path, number);
      }
      const auto line = decode(data, number, path);
      if (number > 0) lines.push_back(line);
      rest.remove_prefix(before + data.size() + after);
    }
    if (number == 0 && !bytes.empty()) refuse(path, number);  // the first record is written as a whole
    return lines;
  }

 private:
  using Wire = detail::WireType;
  static constexpr std::string_view version = "brain.Event:2";

  static double now() {
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(time).count();
  }
  static std::string event(double time, Index step) {
    return detail::field(1, Wire::eight_bytes, detail::little_endian(std::bit_cast<std::uint64_t>(time))) +
           detail::field(2, Wire::varint, detail::varint(static_cast<std::uint64_t>(step)));
  }
  [[noreturn]] static void refuse(const std::filesystem::path& path, Index number) {
    fail(path.string(), ": record ", number, " is no event of a training log; choose another file for the log");
  }

  LogLine decode(std::string_view data, Index number, const std::filesystem::path& path) {
    LogLine line;
    bool good = true;
    std::string found_version;
    const auto read_value = [&](std::uint64_t part, const std::string& value) {
      if (part != 1) return;
      std::string tag;
      double found = NAN;
      good &= detail::for_each_field(value, [&](std::uint64_t inner, const std::string& bytes) {
        if (inner == 1) tag = bytes;
        if (inner == 2) found = std::bit_cast<float>(detail::from_little_endian<std::uint32_t>(bytes));
      });
      for (const auto& column : detail::log_columns) {
        if (tag == column.name) line.*column.number = found;
      }
    };
    good &= detail::for_each_field(data, [&](std::uint64_t part, const std::string& value) {
      if (part == 1) {
        const double time = std::bit_cast<double>(detail::from_little_endian<std::uint64_t>(value));
        if (number == 0) begin_ = time;
        line.seconds = time - begin_;
      }
      if (part == 2) line.step = static_cast<Index>(detail::from_little_endian<std::uint64_t>(value));
      if (part == 3) found_version = value;
      if (part == 5) good &= detail::for_each_field(value, read_value);
    });
    if (!good || (number == 0 && found_version != version)) refuse(path, number);
    return line;
  }

  double begin_ = now();
};

}  // namespace transfix::inline TRANSFIX_ABI::report
