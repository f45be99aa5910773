//===- LayerReport.cpp - The report of a compilation ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Collects the layers of a module, and writes them as text and as JSON.
//
//===----------------------------------------------------------------------===//

#include "LayerReport.h"
#include "ecolm/Analysis/LayerCosts.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Driver/Compiler.h"
#include "ecolm/Target/TargetDescription.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace ecolm;

LayerReport ecolm::collectLayers(ModuleOp module,
                                 const llvm::TargetMachine &machine,
                                 StringRef fileName) {
  LayerReport report;
  auto name = module->getAttrOfType<StringAttr>("ecolm.name");
  report.model = name ? name.str() : llvm::sys::path::stem(fileName).str();
  report.compiler = ("ecolm " + getCompilerVersion()).str();
  report.target = machine.getTargetTriple().str();
  StringRef cpu = machine.getTargetCPU();
  report.cpu = cpu.empty() ? "generic" : cpu.str();
  report.vectorBits = getTraits(machine).vectorBits;
  report.layers = recallLayers(module);
  auto integer = [](Operation *op, StringRef key) {
    auto attr = op ? op->getAttrOfType<IntegerAttr>(key) : IntegerAttr();
    return attr ? attr.getInt() : 0;
  };
  int64_t chunk = integer(module.lookupSymbol("ecolm_main"), "ecolm.max_chunk");
  if (chunk == 0) // No tokens, or all of them in every evaluation.
    return report;
  report.context = integer(module, "ecolm.context_length");
  report.decodePosition = report.context / 2;
  report.promptTokens = std::min(chunk, report.context);
  return report;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static double getShare(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

void LayerReport::print(raw_ostream &out) const {
  auto decode = [&](auto &layer) { return getDecodeTime(layer); };
  auto prompt = [&](auto &layer) { return getPromptTime(layer); };
  double decodeTotal = sum(decode), promptTotal = sum(prompt);
  out << "model: " << onnx::escapeName(model) << "\n"
      << "target: " << target << ", " << cpu << "\n";
  if (context)
    out << "shares of time: expected for a token after " << decodePosition
        << " others, and for a prompt of " << promptTokens << " tokens\n";
  else
    out << "shares of time: expected for one evaluation; sizes that are not "
           "known count as one\n";
  out << "energy: arithmetic and weights of one "
      << (context ? "token" : "evaluation")
      << ", by the table of Horowitz, ISSCC 2014 (45 nm)\n"
      << "layers: " << layers.size() - 1 << "\n";
  for (const LayerRecord &layer : layers) {
    out << "  " << onnx::escapeName(layer.name) << ": " << layer.kind;
    if (layer.inputs)
      out << " " << layer.inputs << " -> " << layer.outputs;
    if (layer.factors > 1)
      out << " in " << layer.factors << " factors";
    if (!layer.kernel.empty())
      out << "\n    kernel: " << layer.kernel << "; " << layer.why;
    if (!layer.missed.empty())
      out << "\n    missed: " << layer.missed;
    if (layer.weights) {
      out << "\n    weights: " << layer.weights << " ";
      if (!layer.format.empty())
        out << layer.format << ", ";
      out << llvm::formatv("{0:F2}", 8.0 * layer.bytes / layer.weights)
          << " bits each, "
          << llvm::formatv("{0:P1}", 1.0 * layer.zeros / layer.weights)
          << " zeros, " << layer.bytes << " bytes";
    }
    out << "\n    operations: " << getAdditions(layer) << " additions, "
        << getMultiplications(layer) << " multiplications, " << layer.removed
        << " removed\n    "
        << llvm::formatv("energy: {0:F3} + {1:F3} nJ",
                         getArithmeticEnergy(layer) / 1000,
                         layer.memoryEnergy / 1000)
        << "; time: "
        << llvm::formatv("{0:P1}", getShare(decode(layer), decodeTotal))
        << " of a " << (context ? "token" : "run");
    if (context)
      out << ", "
          << llvm::formatv("{0:P1}", getShare(prompt(layer), promptTotal))
          << " of a prompt";
    out << "\n";
  }
  out << llvm::formatv(
      "total: {0} weights, {1} bytes, {2} additions, {3} multiplications, {4} "
      "removed, {5:F3} nJ\n",
      sum([](auto &layer) { return layer.weights; }),
      sum([](auto &layer) { return layer.bytes; }),
      sum([&](auto &layer) { return getAdditions(layer); }),
      sum([&](auto &layer) { return getMultiplications(layer); }),
      sum([](auto &layer) { return layer.removed; }),
      sum([&](auto &layer) {
        return getArithmeticEnergy(layer) + layer.memoryEnergy;
      }) / 1000);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Object describeEnergies() {
  return llvm::json::Object{
      {"source", "M. Horowitz, Computing's energy problem, ISSCC 2014, figure "
                 "1.1.9: 45 nm, 0.9 V; picojoules"},
      {"add_i8", kEnergy.addByte},
      {"add_i32", kEnergy.addInt},
      {"add_f32", kEnergy.addFloat},
      {"multiply_i8", kEnergy.multiplyByte},
      {"multiply_i32", kEnergy.multiplyInt},
      {"multiply_f32", kEnergy.multiplyFloat},
      {"read_64_bits_of_cache", kEnergy.readCache},
      {"read_64_bits_of_memory", kEnergy.readMemory}};
}

llvm::json::Value LayerReport::toJSON() const {
  auto decode = [&](auto &layer) { return getDecodeTime(layer); };
  auto prompt = [&](auto &layer) { return getPromptTime(layer); };
  double decodeTotal = sum(decode), promptTotal = sum(prompt);
  llvm::json::Array list;
  for (const LayerRecord &layer : layers) {
    llvm::json::Object object;
    visitFields(layer, [&](StringRef key, const auto &value) {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
        object[key] = llvm::json::fixUTF8(value);
      else
        object[key] = value;
    });
    bool isCounted = layer.weights > 0 && layer.zeros >= 0;
    object["sparsity"] =
        isCounted ? llvm::json::Value(1.0 * layer.zeros / layer.weights)
                  : llvm::json::Value(nullptr);
    object["bits_per_weight"] =
        layer.weights ? llvm::json::Value(8.0 * layer.bytes / layer.weights)
                      : llvm::json::Value(nullptr);
    object["expected_decode_share"] = getShare(decode(layer), decodeTotal);
    object["expected_prefill_share"] = getShare(prompt(layer), promptTotal);
    list.push_back(std::move(object));
  }
  llvm::json::Object totals;
  auto add = [&](StringRef key, auto get) { totals[key] = sum(get); };
  add("weights", [](auto &layer) { return layer.weights; });
  add("bytes", [](auto &layer) { return layer.bytes; });
  add("source_bytes", [](auto &layer) { return layer.sourceBytes; });
  add("additions", [&](auto &layer) { return getAdditions(layer); });
  add("multiplications",
      [&](auto &layer) { return getMultiplications(layer); });
  add("multiplications_removed", [](auto &layer) { return layer.removed; });
  add("arithmetic_energy_pj",
      [&](auto &layer) { return getArithmeticEnergy(layer); });
  add("memory_energy_pj", [](auto &layer) { return layer.memoryEnergy; });
  return llvm::json::Object{{"version", 1},
                            {"model", llvm::json::fixUTF8(model)},
                            {"compiler", compiler},
                            {"target", target},
                            {"cpu", cpu},
                            {"vector_bits", vectorBits},
                            {"context_length", context},
                            {"decode_position", decodePosition},
                            {"prefill_tokens", promptTokens},
                            {"layers", std::move(list)},
                            {"totals", std::move(totals)},
                            {"energy_table", describeEnergies()}};
}
