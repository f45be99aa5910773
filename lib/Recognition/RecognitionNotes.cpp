//===- RecognitionNotes.cpp - What was found, and almost found ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Implements the notes of recognition passes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Recognition/RecognitionNotes.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace ecolm;

RecognitionNotes::~RecognitionNotes() {
  if (notes.empty())
    return;
  SmallVector<Attribute> all;
  if (auto earlier =
          module->getAttrOfType<ArrayAttr>(kRecognitionNotesAttrName))
    llvm::append_range(all, earlier);
  llvm::append_range(all, notes);
  module->setAttr(kRecognitionNotesAttrName,
                  ArrayAttr::get(module.getContext(), all));
}

void RecognitionNotes::add(StringRef name, StringRef key, const Twine &text) {
  Builder builder(module.getContext());
  notes.push_back(builder.getDictionaryAttr(
      {builder.getNamedAttr("idea", builder.getStringAttr(idea)),
       builder.getNamedAttr("name", builder.getStringAttr(name)),
       builder.getNamedAttr(key, builder.getStringAttr(text))}));
}

void RecognitionNotes::found(StringRef name, const Twine &evidence) {
  add(name, kEvidenceKey, evidence);
}

void RecognitionNotes::almost(Location loc, StringRef name,
                              const Twine &reason) {
  remark::missed(loc, remark::RemarkOpts::name(idea).category("recognize"))
      << remark::reason("{0}", reason.str());
  add(name, kReasonKey, reason);
}
