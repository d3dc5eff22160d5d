import ArgumentParser

@main
struct Roost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "roost", abstract: "An ECS region you run yourself.")
}
