# Language level, warnings and the flags that the promises rest on.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# Warnings are errors with the compilers we check with; newer ones know new
# warnings, which must not keep anybody from building.
set(errors OFF)
if((CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 13) OR
		(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 15))
	set(errors ON)
endif()
set(CMAKE_COMPILE_WARNING_AS_ERROR ${errors} CACHE BOOL "warnings stop the build")

option(DYETRACE_SANITIZE "address and undefined-behaviour sanitizers" OFF)
option(DYETRACE_COVERAGE "gcov instrumentation" OFF)
option(DYETRACE_FUZZ "libFuzzer targets (clang only)" OFF)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
	-Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wundef
	-Wno-missing-field-initializers -Wno-unused-parameter
	# Long sentences in tables are broken over lines (clang).
	-Wno-string-concatenation
	$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
	$<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
	# The same events give the same numbers on every machine.
	-ffp-contract=off
	-fno-strict-aliasing -fstack-protector-strong -fno-omit-frame-pointer)

# assert() guards programmer faults and stays in release builds.
foreach(kind RELEASE RELWITHDEBINFO MINSIZEREL)
	string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${kind} "${CMAKE_C_FLAGS_${kind}}")
	string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${kind} "${CMAKE_CXX_FLAGS_${kind}}")
endforeach()

if(DYETRACE_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
	add_link_options(-fsanitize=address,undefined)
endif()
if(DYETRACE_COVERAGE)
	add_compile_options(--coverage -O0)
	add_link_options(--coverage)
endif()
if(DYETRACE_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
		message(FATAL_ERROR "DYETRACE_FUZZ needs clang: cmake --preset fuzz")
	endif()
	# With it, what a checksum would refuse is looked at all the same.
	add_compile_options(-fsanitize=fuzzer-no-link -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()
