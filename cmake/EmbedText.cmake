# Links a text file into a module as a NUL-terminated array of char.
#
#   dyetrace_embed_text(facts_schema.c ${CMAKE_SOURCE_DIR}/schemas/facts.avsc
#       ledger_facts_schema)
#
# makes facts_schema.c in the build folder, to be named among SOURCES as
# ${CMAKE_CURRENT_BINARY_DIR}/facts_schema.c. Made again when the text changes.

if(CMAKE_SCRIPT_MODE_FILE)
	file(READ ${TEXT} bytes HEX)
	string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
	string(REGEX REPLACE "(................................................................................)"
		"\\1\n" bytes "${bytes}")
	file(WRITE ${OUTPUT} "extern const char ${NAME}[];\nconst char ${NAME}[] = {\n${bytes}\n0};\n")
	return()
endif()

set(DYETRACE_EMBED_TEXT ${CMAKE_CURRENT_LIST_FILE})

function(dyetrace_embed_text output text name)
	set(output ${CMAKE_CURRENT_BINARY_DIR}/${output})
	add_custom_command(OUTPUT ${output}
		COMMAND ${CMAKE_COMMAND} -DTEXT=${text} -DOUTPUT=${output} -DNAME=${name}
			-P ${DYETRACE_EMBED_TEXT}
		DEPENDS ${text} ${DYETRACE_EMBED_TEXT} VERBATIM)
endfunction()
