// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/parallel.hpp>

#include "files.hpp"

using namespace transfix;

TEST_CASE("parallel: line i of one file goes with line i of the other") {
  const Folder folder;
  const auto pairs = data::read_parallel(folder.file("a.en", "one\ntwo\n"), folder.file("a.de", "eins\r\nzwei"));
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].source == "one");
  CHECK(pairs[0].target == "eins");
  CHECK(pairs[1].source == "two");
  CHECK(pairs[1].target == "zwei");
}

TEST_CASE("parallel: files of different length are refused, with both names and counts") {
  const Folder folder;
  const auto english = folder.file("a.en", "one\ntwo\n"), german = folder.file("a.de", "eins\n");
  CHECK_THROWS_WITH_AS(data::read_parallel(english, german),
                       (english.string() + " has 2 lines, but " + german.string() +
                        " has 1; line i of one belongs to line i of the other: find the missing lines")
                           .c_str(),
                       Error);
  CHECK_THROWS_AS(data::read_parallel(german, english), Error);
}

TEST_CASE("parallel: Multi30k has its published counts") {
  const auto folder = shared_data();
  if (!folder) return;
  const auto pairs = [&](const std::string& name) {
    return data::read_parallel(*folder / "multi30k" / (name + ".en"), *folder / "multi30k" / (name + ".de"));
  };
  CHECK(pairs("train").size() == 29000);
  CHECK(pairs("train.lc.norm.tok").size() == 29000);
  CHECK(pairs("val").size() == 1014);
  CHECK(pairs("test_2016_flickr").size() == 1000);
  const auto test = pairs("test_2017_flickr");
  CHECK(test.size() == 1000);
  for (const auto& pair : test) REQUIRE((!pair.source.empty() && !pair.target.empty()));
}
