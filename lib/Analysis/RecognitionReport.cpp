//===- RecognitionReport.cpp - What a graph became ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Collects and prints which layers were recognized as what.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Analysis/NodeNames.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// The format in which `input` was before it became f32 for a layer.
static std::string describeInput(Value input) {
  if (auto dequantize = input.getDefiningOp<DequantizeOp>())
    input = dequantize.getCodes();
  return describeFormat(getElementTypeOrSelf(input.getType()));
}

static bool isScaledByPowers(Operation *layer) {
  return llvm::any_of(layer->getUsers(),
                      [](Operation *user) { return isa<ShiftOp>(user); });
}

static int64_t countElements(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() : 0;
}

/// The format of all `weights`: of powers of two the range of all of them, and
/// otherwise `mixed` where they differ.
static std::string nameFormats(ArrayRef<Value> weights) {
  Type common = getElementTypeOrSelf(weights[0].getType());
  for (Value weight : weights.drop_front()) {
    Type own = getElementTypeOrSelf(weight.getType());
    auto lhs = dyn_cast<PotType>(common), rhs = dyn_cast<PotType>(own);
    if (lhs && rhs && lhs.getTerms() == rhs.getTerms())
      common = PotType::get(common.getContext(),
                            std::min(lhs.getMin(), rhs.getMin()),
                            std::max(lhs.getMax(), rhs.getMax()),
                            lhs.getZero() || rhs.getZero(), lhs.getTerms());
    else if (own != common)
      return "mixed";
  }
  return describeFormat(common);
}

/// The layer that ends in `last`, whose weights are `weights` from the first
/// factor to the last.
static RecognizedLayer describeLayer(StringRef kind, Value input,
                                     ArrayRef<Value> weights, Operation *first,
                                     Operation *last) {
  RecognizedLayer layer;
  layer.kind = kind.str();
  layer.input = describeInput(input);
  layer.scale = isScaledByPowers(last) ? "power of two" : "none";
  layer.evidence = getChainName(getNameInModel(first), getNameInModel(last));
  layer.numInputs = cast<ShapedType>(input.getType()).getShape().back();
  layer.numOutputs =
      cast<ShapedType>(last->getResult(0).getType()).getShape().back();
  layer.numFactors = weights.size();
  for (Value weight : weights)
    layer.numWeights += countElements(weight);
  layer.format = nameFormats(weights);
  return layer;
}

/// The chain of factors that ends in `last`, or nothing if it goes on.
static std::optional<RecognizedLayer> describeChain(ButterflyFactorOp last) {
  for (Operation *user : last->getUsers())
    if (auto next = dyn_cast<ButterflyFactorOp>(user))
      if (next.getInput() == last.getResult() && last->hasOneUse())
        return std::nullopt;
  SmallVector<Value> weights = {last.getValues()};
  ButterflyFactorOp first = last;
  while (auto previous = first.getInput().getDefiningOp<ButterflyFactorOp>()) {
    if (!previous->hasOneUse())
      break;
    first = previous;
    weights.insert(weights.begin(), first.getValues());
  }
  return describeLayer("butterfly", first.getInput(), weights, first, last);
}

/// Bytes that the source of `weight` takes in the file.
static int64_t countSourceBytes(WeightOp weight) {
  ShapedType type = weight.getSource().getShapedType();
  int64_t bits = type.getElementTypeBitWidth();
  return llvm::divideCeil(type.getNumElements() * bits, 8);
}

/// The notes that recognition passes left on `module`.
static std::vector<RecognitionNote> readNotes(ModuleOp module) {
  std::vector<RecognitionNote> notes;
  auto list = module->getAttrOfType<ArrayAttr>(kRecognitionNotesAttrName);
  if (!list)
    return notes;
  for (auto dictionary : list.getAsRange<DictionaryAttr>()) {
    auto get = [&](StringRef key) {
      auto text = dictionary.getAs<StringAttr>(key);
      return text ? text.getValue().str() : "";
    };
    bool isFound = dictionary.contains(kEvidenceKey);
    notes.push_back({get("idea"), get("name"),
                     get(isFound ? kEvidenceKey : kReasonKey), isFound});
  }
  return notes;
}

RecognitionReport ecolm::collectRecognition(ModuleOp module) {
  RecognitionReport report;
  report.notes = readNotes(module);
  report.quantized = recallQuantizedLayers(module);
  for (auto weight : module.getOps<WeightOp>()) {
    auto type = cast<RankedTensorType>(weight.getType());
    for (FormatTotal *total :
         {&report.formats[describeFormat(type.getElementType())],
          &report.total}) {
      total->numWeights += type.getNumElements();
      total->numBytes += countSourceBytes(weight);
    }
  }
  module.walk([&](Operation *op) {
    if (isa<EcoLMDialect>(op->getDialect()) && !isa<WeightOp, GetWeightOp>(op))
      ++report.operations[op->getName().stripDialect()];
    if (auto factor = dyn_cast<ButterflyFactorOp>(op)) {
      if (auto layer = describeChain(factor))
        report.layers.push_back(*layer);
    } else if (auto butterfly = dyn_cast<ButterflyOp>(op)) {
      report.layers.push_back(
          describeLayer("butterfly", butterfly.getInput(),
                        llvm::to_vector(butterfly.getFactors()), op, op));
    } else if (auto matmul = dyn_cast<MatmulOp>(op)) {
      report.layers.push_back(describeLayer("matmul", matmul.getInput(),
                                            matmul.getWeights(), op, op));
    } else if (auto matmul = dyn_cast<GroupMatmulOp>(op)) {
      RecognizedLayer layer = describeLayer("matmul", matmul.getInput(),
                                            matmul.getWeights(), op, op);
      layer.scale = "groups of " + std::to_string(matmul.getGroup());
      report.layers.push_back(std::move(layer));
    }
  });
  return report;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

void RecognitionReport::print(raw_ostream &out) const {
  out << "linear layers: " << layers.size() << "\n";
  for (const RecognizedLayer &layer : layers) {
    out << "  " << (layer.evidence.empty() ? "(unnamed)" : layer.evidence)
        << ": " << layer.format << " " << layer.kind << " " << layer.numInputs
        << " -> " << layer.numOutputs;
    if (layer.numFactors > 1)
      out << " in " << layer.numFactors << " factors";
    out << ", input " << layer.input;
    if (layer.scale != "none")
      out << ", scale " << layer.scale;
    out << ", " << layer.numWeights << " weights\n";
  }
  auto printNotes = [&](StringRef title, bool isFound) {
    if (llvm::none_of(notes,
                      [&](auto &note) { return note.isFound == isFound; }))
      return;
    out << title << ":\n";
    for (const RecognitionNote &note : notes)
      if (note.isFound == isFound)
        out << "  " << onnx::escapeName(note.name) << ": " << note.idea << ": "
            << note.text << "\n";
  };
  printNotes("recognized", true);
  printNotes("almost recognized", false);
  if (!quantized.empty())
    out << "quantized:\n";
  for (const QuantizedLayer &layer : quantized)
    out << llvm::formatv("  {0}: {1} x {2} as {3}, {4:F2} bits per weight, "
                         "error {5:F4} of the weights, {6:F1} dB\n",
                         layer.name, layer.outputs, layer.inputs, layer.recipe,
                         layer.bitsPerWeight, layer.relativeError,
                         layer.getSignalToNoise());
  out << "operations:\n";
  for (auto &[name, count] : operations)
    out << "  " << name << ": " << count << "\n";
  out << "weights in the file:\n";
  auto printTotal = [&](StringRef name, const FormatTotal &total) {
    out << "  " << name << ": " << total.numWeights << " weights, "
        << total.numBytes << " bytes, "
        << llvm::formatv("{0:F2}", total.getBitsPerWeight())
        << " bits per weight\n";
  };
  for (auto &[name, total] : formats)
    printTotal(name, total);
  printTotal("all", this->total);
}

static llvm::json::Object describeTotal(const FormatTotal &total) {
  return llvm::json::Object{{"weights", total.numWeights},
                            {"bytes", total.numBytes},
                            {"bits_per_weight", total.getBitsPerWeight()}};
}

llvm::json::Value RecognitionReport::toJSON() const {
  llvm::json::Array layerList;
  for (const RecognizedLayer &layer : layers)
    layerList.push_back(llvm::json::Object{{"evidence", layer.evidence},
                                           {"kind", layer.kind},
                                           {"format", layer.format},
                                           {"input", layer.input},
                                           {"scale", layer.scale},
                                           {"inputs", layer.numInputs},
                                           {"outputs", layer.numOutputs},
                                           {"factors", layer.numFactors},
                                           {"weights", layer.numWeights}});
  llvm::json::Array found, almost;
  for (const RecognitionNote &note : notes)
    (note.isFound ? found : almost)
        .push_back(llvm::json::Object{
            {"idea", note.idea},
            {"name", llvm::json::fixUTF8(note.name)},
            {note.isFound ? kEvidenceKey : kReasonKey, note.text}});
  llvm::json::Array matrices;
  for (const QuantizedLayer &layer : quantized)
    matrices.push_back(llvm::json::Object{
        {"name", layer.name},
        {"recipe", layer.recipe},
        {"outputs", layer.outputs},
        {"inputs", layer.inputs},
        {"bits_per_weight", layer.bitsPerWeight},
        {"relative_error", layer.relativeError},
        {"sqnr_db", layer.relativeError > 0
                        ? llvm::json::Value(layer.getSignalToNoise())
                        : llvm::json::Value(nullptr)}});
  llvm::json::Object counts, totals;
  for (auto &[name, count] : operations)
    counts[name] = count;
  for (auto &[name, total] : formats)
    totals[name] = describeTotal(total);
  return llvm::json::Object{{"layers", std::move(layerList)},
                            {"recognized", std::move(found)},
                            {"almost_recognized", std::move(almost)},
                            {"quantized", std::move(matrices)},
                            {"operations", std::move(counts)},
                            {"formats", std::move(totals)},
                            {"total", describeTotal(total)}};
}
