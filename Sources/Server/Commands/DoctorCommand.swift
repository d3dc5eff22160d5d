import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `roost doctor`: looks at everything a region needs of its machine, and says how to mend what is wrong.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check what a region needs of this machine, and say how to mend it.")

    @OptionGroup var data: DataOption

    @Option(help: "The address the region is to serve at (ROOST_LISTEN; default 127.0.0.1:4566).")
    var listen: String?

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        var findings = await Doctor.engine(EngineOptions.dockerHost, on: group)
        findings.append(await Doctor.port(listen ?? Environment.roost("LISTEN") ?? "127.0.0.1:4566", on: group))
        findings.append(Doctor.directory(data.directory))
        findings.append(Doctor.space(data.directory))
        findings.append(Doctor.files())
        findings += Doctor.programs()
        for finding in findings {
            Terminal.show("\(finding.isGood ? "ok     " : "PROBLEM") \(finding.text)")
            if let cure = finding.cure { Terminal.show("        \(cure)") }
        }
        if findings.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
}
