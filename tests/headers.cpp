// SPDX-License-Identifier: MIT
// The precompiled headers of the tests are made for this unit's options.
