// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/search/space.hpp>
#include <tuple>

namespace transfix::inline TRANSFIX_ABI::search {

/// Compiled models as one more thing that a search varies: their names are a dimension, and `with` calls a function
/// with the type that a setting names.
///
///   const search::Models<Small, Large> models{"small", "large"};
///   const search::Space space{models.dimension(), search::linear("dropout", 0.2, 0.6)};
///   const auto trial = [&](const search::Setting& setting, Index epochs) {
///     return models.with(setting, [&]<class Model>() { return train<Model>(setting, epochs); });
///   };
template <class... ModelTypes>
class Models {
 public:
  static constexpr std::size_t count = sizeof...(ModelTypes);
  static_assert(count > 0, "Models: give at least one type of model");

  template <class... Names>
  requires(sizeof...(Names) == count) explicit Models(Names... names) : names_{std::string(names)...} {
    for (auto name = names_.begin(); name != names_.end(); ++name) {
      if (std::find(names_.begin(), name, *name) != name) fail("search: two models are named ", text::shown(*name));
    }
  }

  /// The choice among the models.
  Dimension dimension() const { return choices(dimension_name, {names_.begin(), names_.end()}); }

  /// function.operator()<Model>() with the model of a setting, or of a name.
  template <class Function>
  auto with(const Setting& setting, Function&& function) const {
    return with(setting.get<std::string>(dimension_name), function);
  }
  template <class Function>
  auto with(const std::string& name, Function&& function) const {
    const auto place = std::find(names_.begin(), names_.end(), name);
    if (place == names_.end()) {
      std::string list;
      for (const auto& known : names_) list += (list.empty() ? "" : ", ") + known;
      fail("there is no model ", text::shown(name), "; there are ", list);
    }
    using First = std::tuple_element_t<0, std::tuple<ModelTypes...>>;
    using Returned = decltype(function.template operator()<First>());
    using Call = Returned (*)(Function&);
    static constexpr std::array<Call, count> calls = {
        [](Function& called) -> Returned { return called.template operator()<ModelTypes>(); }...};
    return calls[static_cast<std::size_t>(place - names_.begin())](function);
  }

 private:
  static constexpr const char* dimension_name = "model";
  std::array<std::string, count> names_;
};

}  // namespace transfix::inline TRANSFIX_ABI::search
