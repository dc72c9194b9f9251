/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One long-lived Java process that does to brokers what tests want done, so that no test waits for
 * a virtual machine to start. A command is a line of JSON on standard input, {"id": 7, "do":
 * "create", ...}; its answer a line on standard output, {"id": 7, ...} or {"id": 7, "error": "..."}.
 * Commands run side by side: answers may come in another order. It ends with its input.
 */
public final class Hand {
	static final ObjectMapper JSON = new ObjectMapper();

	/** What a command does; the answer may hold anything but "id" and "error". */
	interface Command {
		ObjectNode run(JsonNode wanted) throws Exception;
	}

	private final PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
	private final ExecutorService threads = Executors.newCachedThreadPool();
	private final Map<String, Command> commands;

	private Hand() {
		Clients clients = new Clients();
		Topics topics = new Topics(clients);
		Production production = new Production(clients);
		Reading reading = new Reading();
		Members members = new Members();
		commands = Map.ofEntries(Map.entry("create", topics::create), Map.entry("delete", topics::delete),
		    Map.entry("widen", topics::widen), Map.entry("configure", topics::configure),
		    Map.entry("delete-records", topics::deleteRecords), Map.entry("offsets", topics::offsets),
		    Map.entry("lead", topics::lead), Map.entry("describe", topics::describe),
		    Map.entry("group", topics::group), Map.entry("transactions", topics::transactions),
		    Map.entry("forget", clients::forget), Map.entry("produce", production::produce),
		    Map.entry("transaction", production::transaction), Map.entry("digest", reading::digest),
		    Map.entry("consume", reading::consume), Map.entry("join", members::join),
		    Map.entry("leave", members::leave));
	}

	private static String because(Throwable trouble) {
		while ((trouble instanceof ExecutionException) && trouble.getCause() != null)
			trouble = trouble.getCause();
		return trouble.getClass().getSimpleName() + ": " + trouble.getMessage();
	}

	private void answer(JsonNode wanted) {
		ObjectNode answer = JSON.createObjectNode();
		try {
			Command command = commands.get(wanted.path("do").asText());
			if (command == null)
				throw new IllegalArgumentException("no command " + wanted.path("do"));
			answer = command.run(wanted);
		} catch (Exception | LinkageError trouble) {
			answer.removeAll();
			answer.put("error", because(trouble));
		}
		answer.set("id", wanted.path("id"));
		synchronized (answers) {
			answers.println(answer);
		}
	}

	public static void main(String[] arguments) throws Exception {
		Hand hand = new Hand();
		try (BufferedReader lines =
		         new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			for (String line; (line = lines.readLine()) != null;) {
				JsonNode wanted = JSON.readTree(line);
				hand.threads.execute(() -> hand.answer(wanted));
			}
		}
		/* Whoever asked is gone: nothing is worth an orderly end. */
		Runtime.getRuntime().halt(0);
	}
}
