# Floors. A module sees its own folder and the public headers of what its NEEDS
# names, nothing else: an include of anything above, beside or unnamed does not
# compile, because no include path leads there.
#
#   dyetrace_module(ledger FLOOR 2
#       SOURCES segment.c tree.c  HEADERS segment.h tree.h
#       NEEDS base model  LIBRARIES dependency::zlib)
#
# HEADERS are the module's public ones, included as "ledger/tree.h"; they stand
# as links in a folder of the build tree. Private headers stay in the module's
# folder and are included as "own.h". NEEDS may only name lower floors.

# The floor that each kind of module stands on; see DESIGN in docs/structure.md.
set(DYETRACE_FLOORS "0 ground, 1 nouns, 2 organs, 3 replay, 4 routes, 5 daemon and API, 6 terminal")

function(dyetrace_public_headers name)
	foreach(header ${ARGN})
		set(link ${CMAKE_BINARY_DIR}/include/${name}/${name}/${header})
		get_filename_component(folder ${link} DIRECTORY)
		file(MAKE_DIRECTORY ${folder})
		file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${link} SYMBOLIC)
	endforeach()
endfunction()

# Gives a target the public headers and the code of the modules it names.
function(dyetrace_needs target)
	foreach(need ${ARGN})
		target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/include/${need})
		target_link_libraries(${target} PRIVATE dyetrace_${need})
	endforeach()
endfunction()

function(dyetrace_module name)
	cmake_parse_arguments(ARG "" "FLOOR" "SOURCES;HEADERS;NEEDS;LIBRARIES" ${ARGN})
	if(ARG_UNPARSED_ARGUMENTS OR NOT DEFINED ARG_FLOOR)
		message(FATAL_ERROR "dyetrace_module(${name}): FLOOR missing or stray '${ARG_UNPARSED_ARGUMENTS}'")
	endif()
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include/${name})
	dyetrace_public_headers(${name} ${ARG_HEADERS})
	add_library(dyetrace_${name} STATIC ${ARG_SOURCES})
	set_target_properties(dyetrace_${name} PROPERTIES LINKER_LANGUAGE C)
	target_include_directories(dyetrace_${name} PRIVATE ${CMAKE_BINARY_DIR}/include/${name})
	dyetrace_needs(dyetrace_${name} ${ARG_NEEDS})
	target_link_libraries(dyetrace_${name} PRIVATE ${ARG_LIBRARIES} Threads::Threads m)
	set_property(GLOBAL APPEND PROPERTY DYETRACE_MODULES ${name})
	set_property(GLOBAL PROPERTY DYETRACE_FLOOR_${name} ${ARG_FLOOR})
	set_property(GLOBAL PROPERTY DYETRACE_NEEDS_${name} "${ARG_NEEDS}")
endfunction()

# Runs after every folder is read: NEEDS may only point downwards. Leaves
# floors.txt in the build tree, a line "module floor need need ..." each.
function(dyetrace_check_floors)
	get_property(modules GLOBAL PROPERTY DYETRACE_MODULES)
	set(lines "")
	foreach(name ${modules})
		get_property(floor GLOBAL PROPERTY DYETRACE_FLOOR_${name})
		get_property(needs GLOBAL PROPERTY DYETRACE_NEEDS_${name})
		list(JOIN needs " " words)
		string(APPEND lines "${name} ${floor} ${words}\n")
		foreach(need ${needs})
			get_property(below GLOBAL PROPERTY DYETRACE_FLOOR_${need})
			if(NOT DEFINED below OR below STREQUAL "")
				message(FATAL_ERROR "module ${name} needs ${need}, which is no module")
			elseif(NOT below LESS floor)
				message(FATAL_ERROR "module ${name} (floor ${floor}) may not need ${need} (floor ${below}): floors are ${DYETRACE_FLOORS}")
			endif()
		endforeach()
	endforeach()
	file(WRITE ${CMAKE_BINARY_DIR}/floors.txt "${lines}")
endfunction()

function(dyetrace_add_folders)
	foreach(parent ${ARGN})
		file(GLOB folders CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${parent}/*/CMakeLists.txt)
		foreach(file ${folders})
			get_filename_component(folder ${file} DIRECTORY)
			add_subdirectory(${folder})
		endforeach()
	endforeach()
endfunction()

# A cmocka program: dyetrace_test(ledger_tree SOURCES tree_test.c NEEDS base ledger)
# It may also see private headers of one module: INSIDE ledger.
function(dyetrace_test name)
	cmake_parse_arguments(ARG "" "INSIDE;TIMEOUT" "SOURCES;NEEDS;LIBRARIES" ${ARGN})
	add_executable(test_${name} ${ARG_SOURCES})
	dyetrace_needs(test_${name} ${ARG_NEEDS})
	if(ARG_INSIDE)
		target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/${ARG_INSIDE})
	endif()
	target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
	target_link_libraries(test_${name} PRIVATE ${ARG_LIBRARIES} ${CMOCKA_LIBRARY} Threads::Threads m)
	target_compile_definitions(test_${name} PRIVATE
		TEST_FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures" TEST_SOURCE="${CMAKE_SOURCE_DIR}")
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 300)
	endif()
	add_test(NAME ${name} COMMAND test_${name})
	set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()

# A script that exits 0, or 77 after printing 'skipped: reason'. It sees the
# program as $DYETRACE, the source tree as $SOURCE and a scratch folder as $SCRATCH.
function(dyetrace_script_test name script)
	cmake_parse_arguments(ARG "" "TIMEOUT" "ARGS" ${ARGN})
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 300)
	endif()
	add_test(NAME ${name} COMMAND ${script} ${ARG_ARGS} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/scratch/${name})
	set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
		ENVIRONMENT "DYETRACE=${CMAKE_BINARY_DIR}/dyetrace;SOURCE=${CMAKE_SOURCE_DIR};BUILD=${CMAKE_BINARY_DIR};SCRATCH=${CMAKE_BINARY_DIR}/scratch/${name}")
endfunction()

# A fuzz target (tests/fuzz/<name>/<name>.c with LLVMFuzzerTestOneInput). Built
# with clang and DYETRACE_FUZZ it is a fuzzer; in every build its saved corpus,
# tests/fuzz/<name>/corpus, is replayed as a test.
function(dyetrace_fuzz name)
	cmake_parse_arguments(ARG "" "" "SOURCES;NEEDS;LIBRARIES" ${ARGN})
	if(DYETRACE_FUZZ)
		add_executable(fuzz_${name} ${ARG_SOURCES})
		target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(fuzz_${name} ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/support/replay_corpus.c)
		add_test(NAME fuzz_corpus_${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus)
		set_tests_properties(fuzz_corpus_${name} PROPERTIES TIMEOUT 300)
	endif()
	dyetrace_needs(fuzz_${name} ${ARG_NEEDS})
	target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
	target_link_libraries(fuzz_${name} PRIVATE ${ARG_LIBRARIES} Threads::Threads m)
endfunction()

# A benchmark: prints {"bench","n","ours_ns","peer","peer_ns","ratio"} lines.
function(dyetrace_bench name)
	cmake_parse_arguments(ARG "" "" "SOURCES;NEEDS;LIBRARIES" ${ARGN})
	add_executable(bench_${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
	dyetrace_needs(bench_${name} ${ARG_NEEDS})
	target_include_directories(bench_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
	target_link_libraries(bench_${name} PRIVATE ${ARG_LIBRARIES} Threads::Threads m)
	if(NOT TARGET benches)
		add_custom_target(benches)
	endif()
	add_dependencies(benches bench_${name})
endfunction()
