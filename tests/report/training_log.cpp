// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <transfix/report/training_log.hpp>

#include "../support.hpp"

using namespace transfix;
using report::LogLine;
using support::contains;
using support::message_of;

namespace {
/// A folder that is gone after the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("transfix_log_" + std::to_string(std::random_device{}()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path operator/(const char* name) const { return path / name; }
};

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What a log asks of a trainer.
struct Run {
  TrainingProgress now;
  const TrainingProgress& progress() const { return now; }
  void step(auto& log) {
    ++now.step;
    now.loss = 1.0 / static_cast<double>(now.step);
    now.gradient_norm = 0.1 * static_cast<double>(now.step);
    now.learning_rate = 1e-3;
    log.stepped(*this);
  }
  void evaluate(auto& log) {
    now.validation_loss = 2.5;
    now.metric = 0.75;
    log.evaluated(*this);
  }
};

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) < 1e-6; }
bool are_same(const std::vector<LogLine>& a, const std::vector<LogLine>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const LogLine& one, const LogLine& other) {
    bool same = one.step == other.step;
    for (const auto& column : report::detail::log_columns) same &= is_same(one.*column.number, other.*column.number);
    return same;
  });
}

constexpr const char* names[] = {"run.csv", "run.jsonl", "events.out.tfevents.run"};
}  // namespace

TEST_CASE("training log: what was written is read again, in every format, and a line is there after each step") {
  const Folder folder;
  for (const char* name : names) {
    CAPTURE(name);
    report::TrainingLog log(folder / name);
    Run run;
    log.started(run);
    CHECK_FALSE(std::filesystem::exists(folder / name));
    for (Index step = 1; step <= 5; ++step) {
      run.step(log);
      CHECK(std::ssize(report::read_log(folder / name)) == step);
    }
    run.evaluate(log);
    const auto lines = report::read_log(folder / name);
    CHECK(are_same(lines, log.lines()));
    REQUIRE(lines.size() == 6);
    CHECK(lines[3].step == 4);
    CHECK(is_same(lines[3].loss, 0.25));
    CHECK(is_same(lines[3].gradient_norm, 0.4));
    CHECK(std::isnan(lines[3].metric));
    CHECK(is_same(lines[5].validation_loss, 2.5));
    CHECK(is_same(lines[5].metric, 0.75));
    CHECK(std::isnan(lines[5].loss));
  }
}

TEST_CASE("training log: a run that goes on from a checkpoint goes on with its log") {
  const Folder folder;
  for (const char* name : names) {
    CAPTURE(name);
    Run killed;
    report::TrainingLog first(folder / name);
    first.started(killed);
    for (Index step = 1; step <= 7; ++step) killed.step(first);
    const double seconds = first.lines()[4].seconds;
    const std::string all = io::read_bytes(folder / name);
    for (const std::size_t lost : {std::size_t{0}, std::size_t{1}, std::size_t{9}}) {  // bytes of the last line
      write(folder / name, all.substr(0, all.size() - lost));
      Run resumed;
      report::TrainingLog second(folder / name);
      second.started(resumed);
      resumed.now.step = 5;  // a checkpoint is loaded after all observers were told of the start
      resumed.step(second);
      resumed.step(second);
      const auto lines = report::read_log(folder / name);
      CHECK(are_same(lines, second.lines()));
      REQUIRE(lines.size() == 7);
      for (Index i = 0; i < 7; ++i) {
        CHECK(lines[static_cast<std::size_t>(i)].step == i + 1);
        CHECK(is_same(lines[static_cast<std::size_t>(i)].loss, 1.0 / static_cast<double>(i + 1)));
      }
      CHECK(lines[5].seconds >= seconds - 1e-3);
    }
    Run anew;
    report::TrainingLog third(folder / name);
    third.started(anew);
    anew.step(third);
    CHECK(report::read_log(folder / name).size() == 1);
  }
}

TEST_CASE("training log: other files are refused and stay as they are") {
  const Folder folder;
  const char* const contents[] = {"hello",
                                  "hello\n",
                                  "step,loss\n1,2\n",
                                  "{\"text\": \"mine\"}\n",
                                  "{\"text\": \"mine\"}",
                                  "\x18\0\0\0\0\0\0\0 something of 24 bytes or more"};
  for (const char* name : names) {
    for (const char* content : contents) {
      CAPTURE(name);
      CAPTURE(content);
      write(folder / name, content);
      CHECK(contains(message_of([&] { report::TrainingLog log(folder / name); }), name));
      CHECK(io::read_bytes(folder / name) == content);
    }
    std::filesystem::remove(folder / name);
  }
  const std::string head = report::CsvLines::head();
  write(folder / "run.csv", head + "1,0.1,x,,,,\n");
  CHECK(contains(message_of([&] { report::TrainingLog log(folder / "run.csv"); }), "run.csv:2: the field loss is 'x'"));
  write(folder / "run.csv", head + "1,0.1\n");
  CHECK(contains(message_of([&] { report::TrainingLog log(folder / "run.csv"); }), "run.csv:2"));
  CHECK(contains(message_of([&] { report::TrainingLog log(folder / "run.txt"); }), ".csv, .jsonl or .tfevents"));
  CHECK(contains(message_of([&] { report::TrainingLog log(folder / "none" / "run.csv"); }), "check that the folder"));
  CHECK(contains(message_of([&] { report::TrainingLog log(folder / "new.csv", 0); }), "choose 1 or more"));
  CHECK_FALSE(std::filesystem::exists(folder / "new.csv"));
}

TEST_CASE("training log: every nth step; without a path in memory only; infinite numbers") {
  report::TrainingLog log;
  Run run;
  log.started(run);
  for (Index step = 1; step <= 3; ++step) run.step(log);
  CHECK(log.lines().size() == 3);
  const Folder folder;
  report::TrainingLog sparse(folder / "sparse.jsonl", 2);
  Run other;
  sparse.started(other);
  for (Index step = 1; step <= 5; ++step) other.step(sparse);
  other.now.validation_loss = INFINITY;
  sparse.evaluated(other);
  const auto lines = report::read_log(folder / "sparse.jsonl");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].step == 2);
  CHECK(lines[1].step == 4);
  CHECK(std::isnan(lines[2].validation_loss));  // JSON has no infinity
}

TEST_CASE("training log: the text of the formats") {
  const LogLine line{.step = 12, .seconds = 1.5, .loss = 0.1, .gradient_norm = 1e-9, .learning_rate = 0.004};
  CHECK(report::CsvLines::head() == "step,seconds,loss,gradient_norm,learning_rate,validation_loss,metric\n");
  CHECK(report::CsvLines::encode(line) == "12,1.5,0.1,1e-09,0.004,,\n");
  CHECK(report::JsonLines::encode(line) ==
        "{\"step\":12,\"seconds\":1.5,\"loss\":0.1,\"gradient_norm\":1e-09,\"learning_rate\":0.004}\n");
}

// The format of records is that of TensorFlow's record_writer.h, the messages are its event.proto and summary.proto.
TEST_CASE("event file: checksums, records and messages, byte by byte") {
  using namespace report::detail;
  CHECK(crc32c("123456789") == 0xE3069283);            // the check value of CRC-32C
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
  CHECK(masked_checksum("123456789") == little_endian(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xA282EAD8u));
  CHECK(varint(0) == std::string(1, '\0'));
  CHECK(varint(300) == "\xAC\x02");
  const std::string framed = record("abc");
  CHECK(framed.size() == 8 + 4 + 3 + 4);
  CHECK(framed.substr(0, 8) == std::string("\x03\0\0\0\0\0\0\0", 8));
  CHECK(framed.substr(12, 3) == "abc");
  CHECK(framed.substr(15) == masked_checksum("abc"));

  const report::EventRecords records;
  const std::string head = records.head();
  CHECK(head.substr(12, 1) == "\x09");                                               // wall_time, a double
  CHECK(head.substr(21, 17) == std::string("\x10\0\x1A\x0D", 4) + "brain.Event:2");  // step 0; file_version
  const std::string event = records.encode({.step = 300, .seconds = 0, .loss = 0.5});
  const std::string value = std::string("\x0A\x04loss\x15", 7) + std::string("\0\0\0\x3F", 4);  // tag, simple_value
  CHECK(event.substr(21, event.size() - 25) == std::string("\x10\xAC\x02\x2A\x0D\x0A\x0B") + value);
}

TEST_CASE("event file: a changed byte is found") {
  const Folder folder;
  const auto path = folder / "a.tfevents";
  report::TrainingLog log(path);
  Run run;
  log.started(run);
  run.step(log);
  run.step(log);
  const std::string bytes = io::read_bytes(path);
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    std::string changed = bytes;
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    write(path, changed);
    CAPTURE(place);
    CHECK(contains(message_of([&] { report::read_log(path); }), "is no event of a training log"));
  }
}
