//===- LayerCosts.cpp - What layers are expected to cost ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A processor of 3 GHz that ends two vector instructions in a cycle.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/LayerCosts.h"

using namespace ecolm;

/// Weights of so many bytes are read from a core's cache, or from a cache that
/// cores share; what is larger comes from DRAM.
static constexpr int64_t kCoreCache = 1 << 20, kSharedCache = 32 << 20;

double ProcessorModel::getInstructionTime() const {
  constexpr double kGigahertz = 3, kTogether = 2;
  return 512.0 / vectorBits / (kGigahertz * kTogether);
}

double ProcessorModel::getBandwidth() const {
  return weightBytes <= kCoreCache ? 60 : weightBytes <= kSharedCache ? 25 : 10;
}

double ProcessorModel::getReadEnergy() const {
  return (weightBytes <= kCoreCache ? kEnergy.readCache : kEnergy.readMemory) /
         8;
}
