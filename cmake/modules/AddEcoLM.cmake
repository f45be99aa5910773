# Thin wrappers so that every folder of lib/ declares itself the same way.

# add_ecolm_precompiled_headers(HEADERS...)
# Precompiles headers once for every library that comes after. Executables are
# compiled as -fPIE, and clang takes no header that was precompiled as -fPIC.
function(add_ecolm_precompiled_headers)
  if(NOT ECOLM_PCH)
    return()
  endif()
  set(source "${CMAKE_BINARY_DIR}/EcoLMPrecompiledHeaders.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Holds nothing but its headers.\n")
  add_library(EcoLMPrecompiledHeaders OBJECT "${source}")
  target_precompile_headers(EcoLMPrecompiledHeaders PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Without a time stamp the header's bytes depend on its text only, and
    # ccache recognizes them in the next build.
    target_compile_options(EcoLMPrecompiledHeaders PRIVATE
      "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

# Compiles a target with the warnings of all, and after all headers are
# generated: what a header includes may be of any folder.
function(ecolm_compile_options name)
  add_dependencies(${name} mlir-headers)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wno-unused-parameter)
endfunction()

# add_ecolm_library(name SOURCES... [DEPENDS tblgen targets...] [LINK_LIBS ecolm libraries...])
# One static library per folder. MLIR and LLVM come from their shared library.
function(add_ecolm_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  ecolm_compile_options(${name})
  if(TARGET EcoLMPrecompiledHeaders)
    target_precompile_headers(${name} REUSE_FROM EcoLMPrecompiledHeaders)
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} MLIR LLVM)
  set_property(GLOBAL APPEND PROPERTY ECOLM_LIBS ${name})
endfunction()

# add_ecolm_tool(name SOURCES... [LINK_LIBS ecolm libraries...])
# An executable in build/bin that finds libMLIR.so where Debian puts it.
function(add_ecolm_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  ecolm_compile_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin"
    BUILD_RPATH "${LLVM_LIBRARY_DIR}"
    INSTALL_RPATH "${LLVM_LIBRARY_DIR}")
  set_property(GLOBAL APPEND PROPERTY ECOLM_TOOLS ${name})
endfunction()

# add_ecolm_passes(NAME group) run inside include/ecolm/.../: declarations of Passes.td.
function(add_ecolm_passes target prefix)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${prefix})
  add_public_tablegen_target(${target})
  add_dependencies(mlir-headers ${target})
  set_property(GLOBAL APPEND PROPERTY ECOLM_TABLEGEN_TARGETS ${target})
endfunction()
