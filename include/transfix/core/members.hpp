// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <concepts>
#include <initializer_list>
#include <string_view>
#include <transfix/core/parameter.hpp>
#include <transfix/core/tuple.hpp>
#include <type_traits>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

/// A row of equal parts, each named by its number: it has `items`, an array.
template <class Type>
concept IndexedParts = requires(Type& part) {
  part.items[0];
  Type::count;
};

namespace detail {

struct Anything {
  template <class Type>
  constexpr operator Type() const noexcept;
};

template <class Type, class... Given>
constexpr Index member_count() {
  if constexpr (std::is_empty_v<Type>) {
    return 0;
  } else if constexpr (requires { Type{Given{}..., Anything{}}; }) {
    return member_count<Type, Given..., Anything>();
  } else {
    return sizeof...(Given);
  }
}

// An array takes one initializer for each of its items, or one in braces for all of them.
template <class Type, Index... Before, Index... After>
constexpr bool array_stands_behind(std::integer_sequence<Index, Before...>, std::integer_sequence<Index, After...>) {
  return !requires { Type{(static_cast<void>(Before), Anything{})..., {}, (static_cast<void>(After), Anything{})...}; };
}
template <class Type>
constexpr bool has_array() {
  constexpr Index count = member_count<Type>();
  return []<Index... Positions>(std::integer_sequence<Index, Positions...>) {
    return (array_stands_behind<Type>(std::make_integer_sequence<Index, Positions>{},
                                      std::make_integer_sequence<Index, count - 1 - Positions>{}) ||
            ...);
  }
  (std::make_integer_sequence<Index, count>{});
}

template <class Type>
struct AnyBaseOf {
  template <class Base>
  requires(std::is_base_of_v<Base, Type> && !std::is_same_v<Base, Type>) constexpr operator Base() const noexcept;
};
template <class Type>
concept HasBase = requires {
  Type{AnyBaseOf<Type>{}};
};

/// Calls function(member...) with every member of an aggregate.
template <class Aggregate>
constexpr decltype(auto) with_members(Aggregate& value, auto&& function) {
  constexpr Index count = member_count<std::remove_const_t<Aggregate>>();
  static_assert(count <= 16, "a layer has at most 16 members; group some of them in a struct");
  if constexpr (count == 0) {
    return function();
  } else if constexpr (count == 1) {
    auto& [a] = value;
    return function(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = value;
    return function(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = value;
    return function(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = value;
    return function(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = value;
    return function(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = value;
    return function(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = value;
    return function(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = value;
    return function(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = value;
    return function(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return function(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
    return function(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  }
}

// Member names are read from the compiler's own spelling of a pointer to a member of `specimen`, an
// object that is declared but never defined.
template <class Type>
struct Specimen {
  Type value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class Type>
extern const Specimen<Type> specimen;

template <class Pointer>
struct PointerTo {
  Pointer* pointer;
};
template <class Pointer>
PointerTo(Pointer*) -> PointerTo<Pointer>;

template <PointerTo Pointer>
consteval std::string_view spelled_name() {
  // g++ ends it with `Owner::name)}`, clang with `specimen.value.name}]`; an owner may hold braces of its own.
#if defined(__clang__)
  constexpr std::string_view end = "}]";
#else
  constexpr std::string_view end = ")}";
#endif
  std::string_view spelling = __PRETTY_FUNCTION__;
  spelling = spelling.substr(0, spelling.rfind(end));
  return spelling.substr(spelling.find_last_of(".:") + 1);
}

template <Index Position>
constexpr auto address_of(auto& first, auto&... rest) {
  if constexpr (Position == 0) {
    return &first;
  } else {
    return address_of<Position - 1>(rest...);
  }
}

template <class Type, Index Position>
consteval std::string_view member_name() {
  constexpr auto pointer =
      with_members(specimen<Type>.value, [](auto&... members) { return address_of<Position>(members...); });
  return spelled_name<PointerTo{pointer}>();
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class Type>
inline constexpr auto member_names = []<Index... Positions>(std::integer_sequence<Index, Positions...>) {
  return std::array<std::string_view, sizeof...(Positions)>{member_name<Type, Positions>()...};
}
(std::make_integer_sequence<Index, member_count<Type>()>{});

// What a fold over all parameters of a type does with the numbers Measure::of<Parameter>.
struct Sum {
  static constexpr Index of(std::initializer_list<Index> numbers) {
    Index sum = 0;
    for (const Index number : numbers) sum += number;
    return sum;
  }
  static constexpr Index repeated(Index number, Index count) { return count * number; }
};
struct Largest {
  static constexpr Index of(std::initializer_list<Index> numbers) {
    Index largest = 0;
    for (const Index number : numbers) largest = number > largest ? number : largest;
    return largest;
  }
  static constexpr Index repeated(Index number, Index) { return number; }
};

/// The law of layers: their members can be told one by one.
template <class Part>
constexpr bool is_layer() {
  if constexpr (is_parameter<Part> || IndexedParts<Part>) {
    return true;
  } else if constexpr (std::is_class_v<Part> && std::is_aggregate_v<Part>) {
    return HasBase<Part> || !has_array<Part>();  // a base has a message of its own
  } else {
    return false;
  }
}

template <class Type, class Measure, class Fold = Sum>
constexpr Index fold_parameters() {
  using Part = std::remove_const_t<Type>;
  static_assert(
      is_layer<Part>(),
      "the members of a layer are Parameters and other layers: plain structs without constructors; for several "
      "layers of one type use nn::Repeat");
  static_assert(!HasBase<Part>, "a layer has no base class: make it the first member");
  if constexpr (!is_layer<Part>() || HasBase<Part>) {
    return 0;
  } else if constexpr (is_parameter<Part>) {
    return Measure::template of<Part>;
  } else if constexpr (IndexedParts<Part>) {
    using Item = std::remove_reference_t<decltype(std::declval<Part&>().items[0])>;
    return Fold::repeated(fold_parameters<Item, Measure, Fold>(), Part::count);
  } else {
    return decltype(with_members(std::declval<Part&>(), [](auto&... members) {
      return std::integral_constant<
          Index, Fold::of({fold_parameters<std::remove_reference_t<decltype(members)>, Measure, Fold>()...})>{};
    }))::value;
  }
}

struct Count {
  template <class Parameter>
  static constexpr Index of = Parameter::Shape::size;
};
struct TrainedCount {
  template <class Parameter>
  static constexpr Index of = Parameter::trained ? Parameter::Shape::size : 0;
};
template <class Scalar>
struct CountOfOtherScalars {
  template <class Parameter>
  static constexpr Index of = std::is_same_v<typename Parameter::Scalar, Scalar> ? 0 : Parameter::Shape::size;
};
struct FrozenBytes {
  static constexpr Index alignment = 64;
  template <class Parameter>
  static constexpr Index of =
      !Parameter::lies_beside ? 0
                              : (Parameter::Shape::size * Index{sizeof(typename Parameter::Scalar)} + alignment - 1) /
                                    alignment * alignment;
};
}  // namespace detail

/// How many numbers a layer or a model has, trained or frozen.
template <class Model>
inline constexpr Index parameter_count = detail::fold_parameters<Model, detail::Count>();
/// How many of them are trained.
template <class Model>
inline constexpr Index trained_count = detail::fold_parameters<Model, detail::TrainedCount>();
/// Whether all of them are of one scalar: moments and gradients are passed over as one row of numbers.
template <class Model, class Scalar>
inline constexpr bool all_numbers_are = detail::fold_parameters<Model, detail::CountOfOtherScalars<Scalar>>() == 0;
/// Bytes that the frozen numbers of a model take; they lie beside it.
template <class Model>
inline constexpr Index frozen_bytes = detail::fold_parameters<Model, detail::FrozenBytes>();

/// The way from a model to one of its parts; written out it reads `blocks.0.attention.bias`.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;
  Index number = -1;

  /// Calls append(std::string_view) for every piece of the name, from the model down.
  constexpr void write(auto&& append) const {
    if (parent != nullptr) {
      parent->write(append);
      if (parent->parent != nullptr) append(std::string_view("."));
    }
    if (number < 0) return append(name);
    char digits[20] = {};
    std::size_t position = sizeof digits;
    Index rest = number;
    do digits[--position] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    append(std::string_view(digits + position, sizeof digits - position));
  }
};

/// Calls function(path, part) with every direct part of a layer, in order.
template <class Model>
constexpr void for_each_part(Model& model, const Path& path, auto&& function) {
  using Part = std::remove_const_t<Model>;
  if constexpr (IndexedParts<Part>) {
    for (Index number = 0; number < Part::count; ++number) function(Path{&path, {}, number}, model.items[number]);
  } else {
    detail::with_members(model, [&](auto&... members) {
      [[maybe_unused]] const auto* name = detail::member_names<Part>.data();
      (function(Path{&path, *name++}, members), ...);
    });
  }
}

/// Calls function(path, parameter) with every Parameter of a model, in memory order.
template <class Model>
constexpr void for_each_parameter(Model& model, auto&& function, const Path& path = {}) {
  using Part = std::remove_const_t<Model>;
  if constexpr (is_parameter<Part>) {
    function(path, model);
  } else if constexpr (IndexedParts<Part>) {
    for (Index number = 0; number < Part::count; ++number) {
      for_each_parameter(model.items[number], function, Path{&path, {}, number});
    }
  } else {
    // Not through for_each_part: its callback would be one more function for each type of part.
    detail::with_members(model, [&](auto&... members) {
      [[maybe_unused]] const auto* name = detail::member_names<Part>.data();
      (for_each_parameter(members, function, Path{&path, *name++}), ...);
    });
  }
}

/// Calls function(path) with the name of every parameter of a model, also at compile time.
template <class Model>
constexpr void for_each_parameter_name(auto&& function, const Path& path = {}) {
  using Part = std::remove_const_t<Model>;
  if constexpr (is_parameter<Part>) {
    function(path);
  } else if constexpr (IndexedParts<Part>) {
    using Item = std::remove_reference_t<decltype(std::declval<Part&>().items[0])>;
    for (Index number = 0; number < Part::count; ++number) {
      for_each_parameter_name<Item>(function, Path{&path, {}, number});
    }
  } else {
    using Members = decltype(detail::with_members(std::declval<Part&>(), [](auto&... members) {
      return Tuple<std::type_identity<std::remove_reference_t<decltype(members)>>...>{};
    }));
    [&]<class... Member>(Tuple<std::type_identity<Member>...>*) {
      [&]<Index... Positions>(std::integer_sequence<Index, Positions...>) {
        (for_each_parameter_name<Member>(function, Path{&path, detail::member_name<Part, Positions>()}), ...);
      }
      (std::make_integer_sequence<Index, sizeof...(Member)>{});
    }(static_cast<Members*>(nullptr));
  }
}

/// Gives every frozen parameter of a model its place in `memory`: frozen_bytes<Model> bytes, aligned to 64.
template <class Model>
void place_frozen(Model& model, std::byte* memory) {
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path&, Parameter<Shape, Stored>& parameter) {
    if constexpr (Parameter<Shape, Stored>::lies_beside) {
      parameter.data = reinterpret_cast<Computed<Stored>*>(memory);
      memory += detail::FrozenBytes::of<Parameter<Shape, Stored>>;
    }
  });
}

}  // namespace transfix::inline TRANSFIX_ABI
