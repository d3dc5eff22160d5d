import ArgumentParser

/// The one binary: every role of a region, and the tools around it.
@main
struct Roost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost", abstract: "An ECS region you run yourself.",
        discussion: "Every option can also be given as an environment variable: ROOST_ and its name in capitals.",
        subcommands: [
            UpCommand.self, ServerCommand.self, AgentCommand.self, BalancerCommand.self, TokenCommand.self,
            EnvCommand.self, StatusCommand.self, LogsCommand.self, ExecCommand.self, EventsCommand.self,
            DoctorCommand.self, SimulateCommand.self, BenchCommand.self,
        ])

    static func main() async {
        Memory.bound()
        await main(nil)
    }
}
