// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/safetensors.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// How the numbers of one of our parameters lie in a published tensor.
enum class Layout {
  as_is,
  transposed,        ///< [Out, In], as PyTorch's linear maps have it; ours are [In, Out]
  transposed_pairs,  ///< so too, and the outputs of each head are in the order of the file's rotary pairs
  first_rows,        ///< as it is, but a published table of positions may have more rows than ours
};

/// A row of a family's table: what a layer is called here and in published files. `*` stands for any number, the same
/// on both sides. `ours` is the end of a name: blocks.*.norm also names encoder.blocks.0.norm. The parameters of a
/// layer are called weight (or here scale) and bias.
struct PublishedName {
  std::string_view ours, theirs;
  Layout layout = Layout::as_is;
  Index part = 0, parts = 1;  ///< theirs is one of `parts` equal groups of our columns
  Index skipped = 0;          ///< first rows of theirs that are no part of ours
};

/// A published tensor whose values are those of another one; files may hold it, and need not.
struct TiedName {
  std::string_view theirs, same_as;
};

namespace detail {
/// What a family says, see PublishedAs.
struct FamilyTable {
  std::string_view name, prefix;
  std::span<const PublishedName> names;
  std::span<const TiedName> tied;
  std::span<const std::string_view> ignored;
};
template <class Family>
constexpr FamilyTable table_of() {
  return {Family::name, Family::prefix, Family::names, Family::tied, Family::ignored};
}

/// The numbers of a name, in their order: those of blocks.3.experts.1.weight are 3 and 1.
struct Numbered {
  std::string pattern;  // the name with `*` for each number
  std::vector<std::string> numbers;

  explicit Numbered(std::string_view name) {
    for (std::size_t start = 0; start <= name.size();) {
      const std::size_t end = std::min(name.find('.', start), name.size());
      const auto piece = name.substr(start, end - start);
      const bool is_number = !piece.empty() && piece.find_first_not_of("0123456789") == piece.npos;
      if (start > 0) pattern += '.';
      pattern += is_number ? "*" : piece;
      if (is_number) numbers.emplace_back(piece);
      start = end + 1;
    }
  }

  bool ends_with(std::string_view ours) const {
    return pattern == ours || (pattern.ends_with(ours) && pattern[pattern.size() - ours.size() - 1] == '.');
  }

  /// Another pattern with the last of these numbers.
  std::string filled(std::string_view other) const {
    std::string name;
    auto next = numbers.size() - static_cast<std::size_t>(std::count(other.begin(), other.end(), '*'));
    for (const char character : other) character == '*' ? name += numbers.at(next++) : name += character;
    return name;
  }
};

/// The order in which the heads of queries and keys lie, where it is not the file's.
struct PairOrder {
  Index head_width = 0;          // 0: the same order
  bool ours_neighbours = false;  // ours are neighbours and theirs are halves, or the other way round

  // Where an output of ours lies in the file: i of a pair at 2 i and 2 i + 1, or at i and i + head_width / 2.
  Index theirs(Index output) const {
    if (head_width == 0) return output;
    const Index place = output % head_width, half = head_width / 2;
    return output - place + (ours_neighbours ? place % 2 * half + place / 2 : place % half * 2 + place / half);
  }
};

/// The numbers of one parameter, or of a group of its columns, in a published tensor.
struct PublishedPart {
  std::size_t parameter;             // its place among the model's
  std::string ours, name;            // name: theirs
  std::vector<std::uint64_t> shape;  // theirs
  PublishedName row;
  Index rows, columns;             // ours, of this part
  Index row_length, first_column;  // of the whole parameter
  PairOrder order;

  std::size_t count() const { return static_cast<std::size_t>((rows + row.skipped) * columns); }
  bool turned() const { return row.layout == Layout::transposed || row.layout == Layout::transposed_pairs; }
  /// Whether our numbers lie one behind the other in the file, from its first number on.
  bool is_plain() const { return !turned() && columns == row_length && row.skipped == 0; }
  bool fits(const std::vector<std::uint64_t>& found) const {
    if (row.layout != Layout::first_rows) return found == shape;
    return found.size() == 2 && found[0] >= shape[0] && found[1] == shape[1];
  }

  /// Calls visit(ours, theirs) with the places of each number.
  void for_each_number(auto&& visit) const {
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        const Index theirs = turned() ? order.theirs(j) * rows + i : (i + row.skipped) * columns + j;
        visit(static_cast<std::size_t>(i * row_length + first_column + j), static_cast<std::size_t>(theirs));
      }
    }
  }
};

/// The part of a parameter that a row of the table tells of.
inline PublishedPart published_part(const OwnTensor& own, const PublishedName& row, PairOrder order) {
  const bool is_matrix = own.shape.size() == 2;
  const auto length = static_cast<Index>(own.shape.back());
  PublishedPart part{
      .parameter = 0,
      .ours = own.name,
      .name = Numbered(own.layer()).filled(row.theirs) + (own.name.ends_with(".bias") ? ".bias" : ".weight"),
      .shape = {},
      .row = row,
      .rows = is_matrix ? static_cast<Index>(own.shape.front()) : 1,
      .columns = length / row.parts,
      .row_length = length,
      .first_column = row.part * (length / row.parts),
      .order = row.layout == Layout::transposed_pairs ? order : PairOrder{}};
  if (is_matrix) part.shape.push_back(static_cast<std::uint64_t>(part.rows + row.skipped));
  part.shape.push_back(static_cast<std::uint64_t>(part.columns));
  if (part.turned()) std::reverse(part.shape.begin(), part.shape.end());
  return part;
}

/// A model in the names of a family.
struct PublishedView {
  FamilyTable family;
  std::vector<OwnTensor> own;
  std::vector<PublishedPart> parts;
  std::vector<std::string> unnamed;  // parameters that the family has no name for
};

inline PublishedView view_as(const FamilyTable& family, std::vector<OwnTensor> own, PairOrder order) {
  PublishedView view{family, std::move(own), {}, {}};
  for (std::size_t i = 0; i < view.own.size(); ++i) {
    const OwnTensor& tensor = view.own[i];
    if (tensor.is_adapter()) continue;
    const Numbered layer(tensor.layer());
    const std::size_t before = view.parts.size();
    for (const PublishedName& row : family.names) {
      if (!layer.ends_with(row.ours)) continue;
      view.parts.push_back(published_part(tensor, row, order));
      view.parts.back().parameter = i;
    }
    if (view.parts.size() == before) view.unnamed.push_back(tensor.name);
  }
  return view;
}

template <class Family, class Model>
PublishedView view_as(const Model& model) {
  PairOrder order;
  if constexpr (requires { Family::template pair_order<Model>(); }) order = Family::template pair_order<Model>();
  return view_as(table_of<Family>(), own_tensors(model), order);
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
