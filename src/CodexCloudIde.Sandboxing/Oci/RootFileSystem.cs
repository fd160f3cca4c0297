using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// The one read-only root that every sandbox shares: empty mount points, a few made-up files in <c>/etc</c>, and the host's programs and
/// libraries bound over it. Nothing else of the host is inside: no homes, no <c>/etc/shadow</c>, no <c>/run</c>, no <c>/var</c>.
/// </summary>
internal static class RootFileSystem
{
    private static readonly string[] ProgramFolders = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private static readonly string[] HostFiles =
    [
        "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/ssl/certs", "/etc/terminfo",
        "/etc/mime.types", "/etc/python3", "/etc/python3.11", "/etc/java",
    ];

    private static readonly string[] Folders =
    [
        "dev", "etc", "etc/ssl", "home", "home/user", "ide", "ide/compiled", "ide/job", "ide/report", "mnt", "opt", "proc", "root", "run", "scratch", "sys", "tmp",
        "usr", "var", "var/tmp", "workspace",
    ];

    private static IEnumerable<string> AllFolders => Folders
        .Concat(SandboxPaths.MountPoints.Concat(PackageCaches.Files.Select(file => Path.GetDirectoryName("/" + file.Path)!)).SelectMany(WithParents)).Distinct(StringComparer.Ordinal);

    /// <summary>What is bound from the host: (host path, path inside).</summary>
    public static IEnumerable<(string Host, string Inside)> Binds()
    {
        yield return ("/usr", "/usr");
        foreach (var folder in ProgramFolders)
        {
            var path = "/" + folder;
            if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            {
                yield return (path, path);
            }
        }

        foreach (var path in HostFiles)
        {
            if (path.StartsWith("/etc/", StringComparison.Ordinal) && Path.Exists(path))
            {
                yield return (Real(path), path);
            }
        }
    }

    /// <summary>Makes it below <paramref name="root"/>, whose parents must be searchable by everybody: the mapped root enters it by path.</summary>
    public static void Build(string root)
    {
        foreach (var folder in AllFolders)
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        foreach (var folder in ProgramFolders)
        {
            if (new DirectoryInfo("/" + folder).LinkTarget is { } target && !Path.Exists(Path.Combine(root, folder)))
            {
                File.CreateSymbolicLink(Path.Combine(root, folder), target.TrimStart('/'));
            }
        }

        foreach (var (host, inside) in Binds())
        {
            var point = Path.Combine(root, inside.TrimStart('/'));
            if (Directory.Exists(host))
            {
                Directory.CreateDirectory(point);
            }
            else if (!File.Exists(point))
            {
                File.WriteAllBytes(point, []);
            }
        }

        Write(root, "etc/passwd", "root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
        Write(root, "etc/group", "root:x:0:\nuser:x:1000:\ntty:x:5:\nnogroup:x:65534:\n");
        Write(root, "etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n");
        Write(root, "etc/hostname", "sandbox\n");
        Write(root, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
        Write(root, "etc/resolv.conf", "");
        Write(root, "etc/shells", "/bin/sh\n/bin/bash\n");
        Write(root, "etc/gitconfig", "[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n[user]\n\tname = Codex Cloud IDE\n\temail = ide@localhost\n[advice]\n\tdetachedHead = false\n");
        Write(root, "etc/inputrc", "set bell-style none\nset colored-stats on\n$if mode=emacs\n\"\\e[1;5C\": forward-word\n\"\\e[1;5D\": backward-word\n\"\\e[3~\": delete-char\n\"\\e[H\": beginning-of-line\n\"\\e[F\": end-of-line\n$endif\n");
        Write(root, "etc/profile", "export PATH=/home/user/.local/bin:/usr/local/bin:/usr/bin:/bin\n[ -n \"$BASH\" ] && [ -f /etc/bash.bashrc ] && . /etc/bash.bashrc\n");
        Write(root, "etc/bash.bashrc", """
            [ -z "$PS1" ] && return
            PS1='\[\e[32m\]\u\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ '
            HISTCONTROL=ignoredups
            shopt -s checkwinsize
            alias ls='ls --color=auto' ll='ls -l --color=auto' la='ls -la --color=auto' grep='grep --color=auto' diff='diff --color=auto'

            """);

        foreach (var (path, text) in PackageCaches.Files)
        {
            Write(root, path, text);
        }

        foreach (var folder in AllFolders)
        {
            ChangeMode(Path.Combine(root, folder), folder is "tmp" or "var/tmp" ? "1777" : "755");
        }
    }

    /// <summary>Of <c>/a/b</c>: <c>a</c>, <c>a/b</c>.</summary>
    private static IEnumerable<string> WithParents(string path)
    {
        for (var end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
        {
            yield return path[1..end];
        }

        yield return path[1..];
    }

    private static void Write(string root, string path, string text)
    {
        File.WriteAllText(Path.Combine(root, path), text);
        ChangeMode(Path.Combine(root, path), "644");
    }

    private static void ChangeMode(string path, string octal)
    {
        if (Libc.ChangeModeAt(Libc.AtFdCwd, path, Convert.ToUInt32(octal, 8), 0) != 0)
        {
            throw Libc.Failure($"chmod {path}");
        }
    }

    private static string Real(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? Directory.ResolveLinkTarget(path, returnFinalTarget: true))?.FullName ?? path;
}
