# SPDX-License-Identifier: MIT
"""Conan 2:   conan create packaging"""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load


class Transfix(ConanFile):
    name = "transfix"
    description = "Trains Transformers with every shape fixed at compile time"
    license = "MIT"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"simd": [True, False], "hosted": [True, False]}
    default_options = {"simd": True, "hosted": False}
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, os.pardir)

    def set_version(self):
        config = load(self, os.path.join(self._root, "include", "transfix", "core", "config.hpp"))
        self.version = ".".join(re.findall(r"#define TRANSFIX_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", config))

    def export_sources(self):
        copy(self, "LICENSE", self._root, self.export_sources_folder)
        copy(self, "include/*", self._root, self.export_sources_folder)

    def requirements(self):
        if self.options.hosted:
            self.requires("xtensor/[>=0.24.3 <0.28]")  # first: its recipe asks for one nlohmann_json and one xsimd
            self.requires("nlohmann_json/[>=3.10.5 <4]")
            self.requires("utf8proc/[>=2.6 <3]")
        if self.options.simd:
            self.requires("xsimd/[>=8.1 <15]")

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "include/*", self.source_folder, self.package_folder)

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_target_name", "transfix::all")  # transfix::transfix is the core alone
        self.cpp_info.set_property("pkg_config_name", "transfix-all")
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "transfix::transfix")
        core.set_property("pkg_config_name", "transfix")
        if self.options.simd:
            core.requires = ["xsimd::xsimd"]
        else:
            core.defines = ["TRANSFIX_SIMD=0"]
        parts = [core]
        if self.options.hosted:
            hosted = self.cpp_info.components["hosted"]
            hosted.set_property("cmake_target_name", "transfix::hosted")
            hosted.set_property("pkg_config_name", "transfix-hosted")
            hosted.requires = ["core", "nlohmann_json::nlohmann_json", "xtensor::xtensor"]
            if self.settings.os in ("Linux", "FreeBSD"):
                hosted.system_libs = ["pthread"]
            text = self.cpp_info.components["text"]
            text.set_property("cmake_target_name", "transfix::text")
            text.set_property("pkg_config_name", "transfix-text")
            text.requires = ["hosted", "utf8proc::utf8proc"]
            parts += [hosted, text]
        for part in parts:
            part.bindirs = part.libdirs = []
