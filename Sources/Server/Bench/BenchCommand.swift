import ArgumentParser

/// `roost bench`: the numbers of Benchmarks/README.md, measured on this machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this program beside its peers, in one run on this machine.",
        subcommands: [
            BenchAPICommand.self, BenchLaunchCommand.self, BenchAgentCommand.self, BenchPlacementCommand.self,
            BenchControlCommand.self, BenchResetCommand.self, BenchC2MCommand.self, BenchBalancerCommand.self,
            BenchLogsCommand.self,
        ])
}
